/** Lets only so many do something at a time; the others wait in line. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(private readonly most: number) {}

  /** Waits for a turn. @returns ends it; to be called once */
  async take(): Promise<() => void> {
    if (this.#taken >= this.most) await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    else this.#taken += 1;
    return () => {
      // It is handed on as it is, so that nobody comes in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#taken -= 1;
    };
  }
}
