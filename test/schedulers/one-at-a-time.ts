import { spawn } from "node:child_process";
import { appendFileSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { namesIn, textOf } from "../../compiler/format/file-access.js";
import type { BatchSystem, Phase, Submitted } from "../../runtime/schedulers/pilots/batch-system.js";
import { birthOf } from "../../runtime/system/process.js";

/** Starts one pilot after another, and says which one runs. */
const QUEUE = `for ((number = 1; number <= $2; number++)); do
  [[ ! -e $1/cancelled ]] || break
  printf '%s\\n' "$number" >"$1/pilots/current"
  bash -p "$1/../../bundle/manager.sh" --run "$1" --name "p$number"
done`;

const lines = (...path: string[]) => (textOf(join(...path)) ?? "").split("\n").slice(0, -1);

const phaseOf = ({ id }: Submitted): Phase => (birthOf(Number(id)) === undefined ? "over" : "running");

/** The queues of a run, which are processes; a line for each is `<pid> <pilots>`. */
const queuesOf = (folder: string): Submitted[] =>
  lines(folder, "pilots/queues").map((line) => {
    const [id, last] = line.split(" ") as [string, string];
    return { id, first: 1, last: Number(last) };
  });

/** A batch system of this machine that starts pilots as processes, one at a time. */
export const oneAtATime: BatchSystem = {
  name: "the queue",
  async submit({ run: { folder } }, count) {
    if (queuesOf(folder).some((queue) => phaseOf(queue) === "running")) return [];
    const log = openSync(join(folder, "pilots", "queue.log"), "a");
    const stdio = ["ignore" as const, log, log];
    const queue = spawn("bash", ["-c", QUEUE, "bash", folder, String(count)], { detached: true, stdio });
    appendFileSync(join(folder, "pilots", "queues"), `${queue.pid} ${count}\n`);
    queue.unref();
    return [];
  },
  async status({ run: { folder } }) {
    const submitted = queuesOf(folder);
    const current = Number(lines(folder, "pilots/current")[0] ?? 1);
    const running = submitted.filter((queue) => phaseOf(queue) === "running");
    const queued = running.flatMap(({ id, last }) =>
      Array.from({ length: last - current + 1 }, (_, i) => {
        return {
          id: `${id}_${current + i}`,
          phase: i ? "pending" : "running",
          waitsFor: "for the one before",
        } as const;
      }),
    );
    const managers = namesIn(join(folder, "managers")).filter((file) => /\.\d+$/.test(file));
    const heartbeats = new Map(managers.map((file) => [file, lines(folder, `managers/${file}.beat`)[0] ?? ""]));
    return { queued, submitted, heartbeats, found: new Map(submitted.map((queue) => [queue.id, phaseOf(queue)])) };
  },
  async cancel(pilots) {
    writeFileSync(join(pilots.run.folder, "cancelled"), "");
    const { queued = [], found } = await this.status(pilots, true);
    for (const [id, phase] of found) if (phase === "running") process.kill(-Number(id), "SIGTERM");
    return { isThere: true, left: queued.map(({ id, phase }) => ({ id, isPending: phase === "pending" })) };
  },
  async explainExit({ run }) {
    return { reason: undefined, detail: lines(run.folder, "pilots/queue.log").at(-1) ?? "" };
  },
};
