import { MANAGER_EXITS } from "../../../compiler/format/journal.js";
import { loadScript } from "../../hosts/load-script.js";
import type { Ended } from "../../hosts/script/script-run.js";
import { RuntimeProblem } from "../../system/problem.js";
import type { BatchSystem, CancelAnswer, PilotsOfRun, QueueAnswer, Queued } from "../pilots/batch-system.js";
import type { ExitExplanation, Site } from "../scheduler.js";
import { explainRefusal } from "./explain-refusal.js";
import { isLaunchFailure } from "./pending-reasons.js";
import { readQueueAnswer, readQueueLines, type SlurmJob } from "./queue-answer.js";

const MOST_RELEASES = 3;
/** The exit code of scripts for a controller that does not answer. */
const NO_CONTROLLER = 40;

/** How lines of `submit.sh` begin that people should read. */
const NOTE = "submit.sh: note: ";

/** States of pilots that SLURM has ended by itself, and nobody else. */
const TAKEN = new Set(["PREEMPTED", "NODE_FAIL", "BOOT_FAIL", "TIMEOUT"]);

export class Slurm implements BatchSystem {
  readonly name = "SLURM";
  /** how often each pilot was released that SLURM held */
  readonly #released = new Map<string, number>();

  constructor(readonly site: Site) {}

  /** Runs a script that asks SLURM, after what all of these begin with. */
  #ask(
    script: "account" | "cancel" | "give-up" | "queue" | "release" | "submit",
    args: readonly string[],
  ): Promise<Ended> {
    const { host, persist } = this.site;
    const text = `${loadScript("schedulers/slurm/slurm-programs")}\n${loadScript(`schedulers/slurm/${script}`)}`;
    return persist(() => host.run(text, args));
  }

  #argsOf({ run, name }: PilotsOfRun): string[] {
    return [this.site.there, String(run.number), name];
  }

  async submit(pilots: PilotsOfRun, count: number): Promise<readonly string[]> {
    const ended = await this.#ask("submit", [...this.#argsOf(pilots), String(count)]);
    const said = ended.stderr.split("\n");
    if (ended.code !== 0) {
      throw explainRefusal(said.filter((line) => !line.startsWith(NOTE)).join("\n"));
    }
    return said.filter((line) => line.startsWith(NOTE)).map((line) => line.slice(NOTE.length));
  }

  async status(pilots: PilotsOfRun, closely: boolean): Promise<QueueAnswer> {
    const ended = await this.#ask("queue", [...this.#argsOf(pilots), closely ? "confirm" : "list"]);
    if (ended.code !== 0 && ended.code !== NO_CONTROLLER)
      throw new RuntimeProblem(`${this.site.host.name}: squeue: ${ended.stderr.trim()}`);
    const lines = readQueueLines(ended.stdout);
    const notes = ended.code === 0 ? await this.#release(lines.queued) : [];
    return readQueueAnswer(lines, ended.code === 0, notes);
  }

  howToResume(ids: readonly string[]): string {
    return `scontrol resume ${ids.join(",")}`;
  }

  /** Releases pilots that are held since a node could not start them: SLURM has taken it out of service. */
  async #release(queued: readonly SlurmJob[]): Promise<string[]> {
    const held = queued.filter(
      ({ id, state, reason }) =>
        state === "PENDING" && isLaunchFailure(reason) && (this.#released.get(id) ?? 0) < MOST_RELEASES,
    );
    if (held.length === 0) return [];
    const ids = held.map(({ id }) => id);
    for (const id of ids) this.#released.set(id, (this.#released.get(id) ?? 0) + 1);
    const ended = await this.#ask("release", ids);
    const nodes = ended.stdout.split("\n").flatMap((line) => {
      const [what, name, reason] = line.split("|");
      return what === "node" ? [`${name}: ${reason}`] : [];
    });
    const where = nodes.length === 0 ? "" : ` (out of service: ${nodes.join("; ")})`;
    const them = ids.length === 1 ? `the pilot ${ids[0]}` : `the pilots ${ids.join(", ")}`;
    return [
      ended.code === 0
        ? `a node could not start ${them}${where}: released, to begin on another one`
        : `a node could not start ${them}${where}, and SLURM holds it: scontrol release ${ids.join(",")}`,
    ];
  }

  async cancel(pilots: PilotsOfRun, before: Iterable<string>): Promise<CancelAnswer> {
    const args = [...this.#argsOf(pilots), ` ${[...before].join(" ")} `, pilots.nodesMaySubmit ? "1" : ""];
    const ended = await this.#ask("cancel", args);
    if (ended.code !== 0 && ended.code !== NO_CONTROLLER) {
      throw new RuntimeProblem(`${this.site.host.name}: the pilots cannot be cancelled: ${ended.stderr.trim()}`);
    }
    const rows = ended.stdout.split("\n").filter((line) => line !== "");
    const left = rows.map((line) => {
      const [id = "", state = ""] = line.split("|");
      return { id, isPending: state === "PENDING" };
    });
    return { isThere: ended.code === 0, left };
  }

  async giveUp(pilots: PilotsOfRun, silent: readonly Queued[]): Promise<void> {
    const words = silent.flatMap(({ id, node }) => [id, node ?? ""]);
    const ended = await this.#ask("give-up", [...this.#argsOf(pilots).slice(0, 2), ...words]);
    if (ended.code !== 0)
      throw new RuntimeProblem(`${this.site.host.name}: pilots cannot be cancelled: ${ended.stderr.trim()}`);
  }

  async explainExit(pilots: PilotsOfRun): Promise<ExitExplanation> {
    const ended = await this.#ask("account", this.#argsOf(pilots));
    const said = (word: string) =>
      ended.stdout.split("\n").flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
    const states = said("ended").map((line) => line.trim().split(" ") as [string, string, string?]);
    const bad = states.filter(([state]) => state !== "COMPLETED" && state !== "RUNNING" && state !== "PENDING");
    const ends = [...new Set(bad.map(([state, _, nodes]) => (nodes ? `${state} on ${nodes}` : state)))];
    const parts = [ends.length > 0 ? `SLURM says ${ends.join(", ")}` : "", said("log").at(-1) ?? ""];
    const [lastState = "", lastCode] = bad.at(-1) ?? [];
    const wasTaken = TAKEN.has(lastState);
    // Where there is no room, a manager can say so by its exit code alone.
    const isFull = lastState === "FAILED" && Number(lastCode) === MANAGER_EXITS.disk_full;
    const detail = parts.filter((part) => part !== "").join("; ");
    return { reason: isFull ? "disk-full" : undefined, detail, wasTaken };
  }
}
