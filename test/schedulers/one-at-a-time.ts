import { spawn } from "node:child_process";
import { appendFileSync, closeSync, existsSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type {
  BatchSystem,
  CancelAnswer,
  PilotsOfRun,
  QueueAnswer,
  Submitted,
} from "../../runtime/schedulers/pilots/batch-system.js";
import type { Site } from "../../runtime/schedulers/scheduler.js";

/** The queue: starts one pilot after another, and says which one runs. */
const QUEUE = `for ((number = 1; number <= $2; number++)); do
  [[ ! -e $1/cancelled ]] || break
  printf '%s\\n' "$number" >"$1/pilots/current"
  bash -p "$1/../../bundle/manager.sh" --run "$1" --name "p$number"
done`;

/** A batch system of this machine that starts pilots as processes, one at a time. */
export class OneAtATime implements BatchSystem {
  readonly name = "the queue";

  constructor(readonly site: Site) {}

  async submit(pilots: PilotsOfRun, count: number): Promise<readonly string[]> {
    const { folder } = pilots.run;
    if ((await this.status(pilots)).queued?.some(({ phase }) => phase !== "over")) return [];
    const log = openSync(join(folder, "pilots", "queue.log"), "a");
    const stdio = ["ignore", log, log] as const;
    const queue = spawn("bash", ["-c", QUEUE, "bash", folder, String(count)], { detached: true, stdio: [...stdio] });
    closeSync(log);
    writeFileSync(join(folder, "pilots", "current"), "0\n");
    appendFileSync(join(folder, "pilots", "queues"), `${queue.pid} ${count}\n`);
    queue.unref();
    return [];
  }

  async status({ run }: PilotsOfRun): Promise<QueueAnswer> {
    const queues = lines(join(run.folder, "pilots", "queues")).map((line) => line.split(" ") as [string, string]);
    const current = Number(lines(join(run.folder, "pilots", "current"))[0] ?? 0);
    const submitted = queues.map(
      ([id, count], i): Submitted => ({ id, first: 1, last: Number(count), generation: i + 1 }),
    );
    const [id, count] = queues.at(-1) ?? ["0", "0"];
    const queued = Array.from({ length: Number(count) }, (_, i) => ({
      id: `${id}_${i + 1}`,
      phase:
        i + 1 < current || !isRunning(Number(id))
          ? ("over" as const)
          : i + 1 === current
            ? ("running" as const)
            : ("pending" as const),
      waitsFor: "for the one before",
    }));
    const found = new Map(
      queues.map(([pid]) => [pid, isRunning(Number(pid)) ? ("running" as const) : ("over" as const)]),
    );
    const managers = join(run.folder, "managers");
    const heartbeats = new Map(
      (existsSync(managers) ? readdirSync(managers) : [])
        .filter((file) => /\.\d+$/.test(file))
        .map((file) => [file, lines(join(managers, `${file}.beat`))[0] ?? ""]),
    );
    return { queued, submitted, heartbeats, found, notes: [] };
  }

  async cancel(pilots: PilotsOfRun): Promise<CancelAnswer> {
    writeFileSync(join(pilots.run.folder, "cancelled"), "");
    const { queued = [], submitted } = await this.status(pilots);
    for (const { id } of submitted) if (isRunning(Number(id))) process.kill(-Number(id), "SIGTERM");
    const left = queued.filter(({ phase }) => phase !== "over");
    return { isThere: true, left: left.map(({ id, phase }) => ({ id, isPending: phase === "pending" })) };
  }

  async explainExit({ run }: PilotsOfRun): Promise<{ reason: undefined; detail: string }> {
    return { reason: undefined, detail: lines(join(run.folder, "pilots", "queue.log")).at(-1) ?? "" };
  }
}

function lines(path: string): string[] {
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
}

function isRunning(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}
