import { type ChildProcess, fork } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("./verb-server.js", import.meta.url));

/** A process that runs verbs, and ends with this one. */
export class VerbServer {
  readonly folder = mkdtempSync(join(tmpdir(), "locusts-verbs-"));
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;

  constructor() {
    const streams = ["out", "err"].map((name) => openSync(join(this.folder, name), "a"));
    this.#child = fork(PROGRAM, [this.folder], { stdio: ["ignore", ...streams, "ipc"] as const });
    for (const stream of streams) closeSync(stream);
    this.#ready = new Promise((resolve) => {
      for (const event of ["message", "exit", "error"]) this.#child.once(event, () => resolve());
    });
    process.once("exit", () => this.close());
  }

  /** It does not keep this process alive. */
  async ready(): Promise<this> {
    await this.#ready;
    this.#child.unref();
    this.#child.channel?.unref();
    return this;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  close(): void {
    this.#child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
