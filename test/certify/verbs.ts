import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface VerbOrder {
  readonly words: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface VerbAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a verb ended; `hang`: it did not, and was killed. */
export interface VerbEnd {
  readonly words: readonly string[];
  readonly code: number | "hang" | `signal ${number}`;
  readonly stdout: string;
  readonly stderr: string;
}

/** How long a verb may take, in milliseconds. */
export const LONGEST = 60_000;

/** After so many verbs a new process takes over, so that none grows for ever. */
const MOST_VERBS = 100;

const PROCESS = fileURLToPath(new URL("./verb-process.js", import.meta.url));

/** Runs verbs that nothing happens to, one at a time, in a process that has everything loaded. */
export class Verbs {
  #process: ChildProcess | undefined;
  #count = 0;

  constructor(readonly program: string) {}

  async run(order: VerbOrder): Promise<VerbEnd> {
    if (++this.#count % MOST_VERBS === 0) this.close();
    this.#process ??= fork(PROCESS, [this.program], { cwd: "/", stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const child = this.#process;
    const answer = await new Promise<VerbAnswer | undefined>((resolve) => {
      const end = (answer?: VerbAnswer) => {
        clearTimeout(late);
        child.removeAllListeners();
        resolve(answer);
      };
      const late = setTimeout(end, LONGEST);
      child.once("message", (message) => end(message as VerbAnswer));
      child.once("exit", () => end());
      child.send(order);
    });
    const { words } = order;
    if (answer) return { words, ...answer };
    this.close();
    return { words, code: "hang", stdout: "", stderr: "" };
  }

  close(): void {
    this.#process?.kill("SIGKILL");
    this.#process = undefined;
  }
}
