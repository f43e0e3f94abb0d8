import { spawn } from "node:child_process";
import { appendFileSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { namesIn, textOf } from "../../compiler/format/file-access.js";
import type {
  BatchSystem,
  CancelAnswer,
  PilotsOfRun,
  QueueAnswer,
} from "../../runtime/schedulers/pilots/batch-system.js";
import { birthOf } from "../../runtime/system/process.js";

/** Starts one pilot after another, and says which one runs. */
const QUEUE = `for ((number = 1; number <= $2; number++)); do
  [[ ! -e $1/cancelled ]] || break
  printf '%s\\n' "$number" >"$1/pilots/current"
  bash -p "$1/../../bundle/manager.sh" --run "$1" --name "p$number"
done`;

/** A batch system of this machine that starts pilots as processes, one at a time. */
export class OneAtATime implements BatchSystem {
  readonly name = "the queue";

  async submit(pilots: PilotsOfRun, count: number): Promise<readonly string[]> {
    const { folder } = pilots.run;
    if ((await this.status(pilots)).queued?.length !== 0) return [];
    const log = openSync(join(folder, "pilots", "queue.log"), "a");
    writeFileSync(join(folder, "pilots", "current"), "0\n");
    const queue = spawn("bash", ["-c", QUEUE, "bash", folder, String(count)], {
      detached: true,
      stdio: ["ignore", log, log],
    });
    appendFileSync(join(folder, "pilots", "queues"), `${queue.pid} ${count}\n`);
    queue.unref();
    return [];
  }

  async status({ run }: PilotsOfRun): Promise<QueueAnswer> {
    const queues = lines(run.folder, "pilots/queues").map((line) => line.split(" ") as [id: string, count: string]);
    const phaseOf = (id: string) => (birthOf(Number(id)) === undefined ? "over" : "running");
    const submitted = queues.map(([id, count], i) => ({ id, first: 1, last: Number(count), generation: i + 1 }));
    const running = queues.filter(([id]) => phaseOf(id) === "running");
    const current = Number(lines(run.folder, "pilots/current")[0]);
    const queued = running.flatMap(([id, count]) =>
      Array.from({ length: Number(count) - current + 1 }, (_, i) => {
        const phase = i === 0 && current > 0 ? ("running" as const) : ("pending" as const);
        return { id: `${id}_${current + i}`, phase, waitsFor: "for the one before" };
      }),
    );
    const managers = namesIn(join(run.folder, "managers")).filter((file) => /\.\d+$/.test(file));
    const heartbeats = new Map(managers.map((file) => [file, lines(run.folder, `managers/${file}.beat`)[0] ?? ""]));
    return { queued, submitted, heartbeats, found: new Map(queues.map(([id]) => [id, phaseOf(id)])) };
  }

  async cancel(pilots: PilotsOfRun): Promise<CancelAnswer> {
    writeFileSync(join(pilots.run.folder, "cancelled"), "");
    const { queued = [], found } = await this.status(pilots);
    for (const [id, phase] of found) if (phase === "running") process.kill(-Number(id), "SIGTERM");
    return { isThere: true, left: queued.map(({ id, phase }) => ({ id, isPending: phase === "pending" })) };
  }

  async explainExit({ run }: PilotsOfRun): Promise<{ reason: undefined; detail: string }> {
    return { reason: undefined, detail: lines(run.folder, "pilots/queue.log").at(-1) ?? "" };
  }
}

function lines(folder: string, file: string): string[] {
  return (textOf(join(folder, file)) ?? "").split("\n").slice(0, -1);
}
