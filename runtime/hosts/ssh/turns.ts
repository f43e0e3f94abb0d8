/** Lets only so many do something at a time; the others wait in line. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #taken = 0;
  /** OpenSSH's own limit is 10 for a connection (MaxSessions); others of the user's may be among them. */
  #most = 6;

  /** Waits for a turn. @returns ends it; to be called once */
  async take(): Promise<() => void> {
    if (this.#taken >= this.#most) await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    else this.#taken += 1;
    return () => {
      // It is handed on as it is, so that nobody comes in between.
      const next = this.#taken > this.#most ? undefined : this.#waiting.shift();
      if (next) next();
      else this.#taken -= 1;
    };
  }

  /** One was too many: from now on so many fewer have a turn at a time, but for one. @returns whether it was the only one */
  lower(): boolean {
    if (this.#taken === 1) return true;
    this.#most = Math.max(1, Math.min(this.#most, this.#taken) - 1);
    return false;
  }
}
