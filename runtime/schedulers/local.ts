import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { textOf } from "../../compiler/format/file-access.js";
import { MANAGER_EXITS } from "../../compiler/format/journal.js";
import { holdRun, isAlive, listIncarnations } from "../run/incarnations.js";
import type { Run } from "../run/run-folder.js";
import type { ExitExplanation, Scheduler, SchedulerState } from "./scheduler.js";

function runScript(run: Run, args: readonly string[], log: number | "ignore") {
  // -p: what the environment holds for bash, as functions and BASH_ENV, is for the jobs.
  return spawn("bash", ["-p", join(run.folder, "..", "..", "bundle", "manager.sh"), "--run", run.folder, ...args], {
    cwd: run.folder,
    detached: true,
    stdio: ["ignore", "ignore", log],
  });
}

export class LocalScheduler implements Scheduler {
  readonly outlivesInterrupt = false;
  readonly pauses = [200, 500] as const;
  #running = false;
  #exitCode: number | null = null;
  ended: Promise<void> | undefined;

  async submit(run: Run): Promise<readonly string[]> {
    const log = openSync(join(run.folder, "manager.log"), "a");
    const child = runScript(run, [], log);
    closeSync(log);
    await once(child, "spawn");
    this.#running = true;
    this.ended = new Promise((resolve) => {
      child.once("exit", (code) => {
        this.#running = false;
        this.ended = undefined;
        this.#exitCode = code;
        resolve();
      });
    });
    child.unref();
    return [];
  }

  async status(run: Run): Promise<SchedulerState> {
    const active = this.#running || listIncarnations(run).some((incarnation) => isAlive(run, incarnation));
    return { active, explanation: "" };
  }

  readonly hold = holdRun;

  async cancel(run: Run): Promise<boolean> {
    const { active } = await this.status(run);
    await once(runScript(run, ["--stop"], "ignore"), "close");
    return active;
  }

  async explainExit(run: Run): Promise<ExitExplanation> {
    const last = listIncarnations(run).at(-1);
    const state = (last === undefined ? "" : (textOf(join(run.folder, "work", last, "state")) ?? "")).trim();
    const log = (textOf(join(run.folder, "manager.log")) ?? "").trim().split("\n").at(-1) ?? "";
    if (this.#exitCode === MANAGER_EXITS.disk_full) return { reason: "disk-full", detail: log };
    // It has ended by itself, before it came to anything: it would do so again.
    if (state === "" && this.#exitCode === MANAGER_EXITS.error) return { reason: "error", detail: log };
    if (state === "" || state === "running") return { reason: undefined, detail: log };
    const [reason, ...detail] = state.split(" ");
    return { reason, detail: detail.join(" ") };
  }
}
