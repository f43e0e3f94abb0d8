import { spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Run } from "../runs/run-folder.js";
import { RuntimeProblem } from "../workspace.js";
import type { Engine, EngineState } from "./engine.js";
import { birthOf } from "./process-birth.js";

/** The life files of a run, oldest life first. */
function lives(run: Run): string[] {
  const number = (file: string) => Number(file.slice(file.lastIndexOf(".") + 1));
  return readdirSync(join(run.folder, "managers")).sort((a, b) => number(a) - number(b));
}

function isAlive(run: Run, life: string): boolean {
  const [pid, birth, host] = readFileSync(join(run.folder, "managers", life), "utf8")
    .trim()
    .split(" ");
  return host === hostname() && birth !== undefined && birthOf(Number(pid)) === birth;
}

function runScript(run: Run, words: readonly string[], log: number | "ignore") {
  return spawn("bash", [join(run.folder, "..", "..", "bundle", "manager.sh"), "--run", run.folder, ...words], {
    cwd: run.folder,
    detached: true,
    stdio: ["ignore", "ignore", log],
  });
}

/** A manager on this machine, as a process of its own. */
export class DirectEngine implements Engine {
  #starting = false;

  async launch(run: Run): Promise<void> {
    const log = openSync(join(run.folder, "manager.log"), "a");
    const child = runScript(run, [], log);
    closeSync(log);
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (cause) =>
        reject(new RuntimeProblem(`bash cannot be started: ${cause.message}`, "is it installed?", { cause })),
      );
    });
    this.#starting = true;
    child.once("exit", () => {
      this.#starting = false;
    });
    child.unref();
  }

  state(run: Run): EngineState {
    return this.#starting || lives(run).some((life) => isAlive(run, life)) ? "running" : "gone";
  }

  async stop(run: Run): Promise<void> {
    await new Promise<void>((resolve) => runScript(run, ["--stop"], "ignore").once("close", () => resolve()));
  }

  lastWords(run: Run): string {
    const last = lives(run).at(-1);
    if (last !== undefined) {
      try {
        const state = readFileSync(join(run.folder, "work", last, "state"), "utf8").trim();
        if (state !== "" && state !== "running") return state;
      } catch {
        // It did not come so far.
      }
    }
    try {
      return readFileSync(join(run.folder, "manager.log"), "utf8").trim().split("\n").at(-1) ?? "";
    } catch {
      return "";
    }
  }
}
