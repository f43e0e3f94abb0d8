import { runScript } from "../hosts/run-script.js";
import type { Run } from "../run/run-folder.js";
import type { ExitExplanation, Scheduler, SchedulerState, Site } from "./scheduler.js";

export class RemoteScheduler implements Scheduler {
  readonly outlivesInterrupt = true;
  readonly pauses = [300, 5000] as const;
  #exit: ExitExplanation = { reason: undefined, detail: "" };

  constructor(readonly site: Site) {}

  async submit(run: Run): Promise<readonly string[]> {
    const { host, there, persist } = this.site;
    // Repeated after a broken connection it does no harm: a second manager says that one runs, and leaves.
    const what = "the manager cannot be started";
    await persist(() => runScript(host, "schedulers/start-manager", [there, String(run.number)], { what }));
    return [];
  }

  async #manage(run: Run, what: "state" | "stop"): Promise<string[]> {
    const { host, there, persist } = this.site;
    const answer = await persist(() => runScript(host, "schedulers/ask-manager", [there, String(run.number), what]));
    const lines = answer.toString().split("\n");
    const said = (word: string) => lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1) ?? "";
    const [reason = "", ...detail] = said("state").trim().split(" ");
    this.#exit =
      reason === "" || reason === "running"
        ? { reason: undefined, detail: said("log") }
        : { reason, detail: detail.join(" ") || said("log") };
    return lines;
  }

  async status(run: Run): Promise<SchedulerState> {
    return { active: (await this.#manage(run, "state")).includes("going"), explanation: "" };
  }

  async cancel(run: Run): Promise<boolean> {
    const { active } = await this.status(run);
    await this.#manage(run, "stop");
    return active;
  }

  async explainExit(): Promise<ExitExplanation> {
    return this.#exit;
  }
}
