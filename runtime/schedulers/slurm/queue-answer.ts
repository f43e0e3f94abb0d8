/** A pilot in SLURM's queue. */
export interface Queued {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly nodes: string;
}

/** What was submitted at once: the pilots of these numbers. */
export interface Submitted {
  readonly id: string;
  readonly first: number;
  readonly last: number;
  /** the how manyth they are of those that follow one another */
  readonly generation: number;
}

/** What `queue.sh` has found. */
export interface QueueAnswer {
  /** undefined: the controller does not answer */
  readonly queued: readonly Queued[] | undefined;
  readonly submitted: readonly Submitted[];
  /** the sign of life that each life of a manager gives, or how it has left; by its name, such as `p1.2` */
  readonly beats: ReadonlyMap<string, string>;
  /** what SLURM says of those that are not in its queue, by their ids; without those of which it gave no answer */
  readonly found: ReadonlyMap<string, { readonly state: string; readonly nodes: string }>;
}

/** Reads what `queue.sh` prints; other lines are not its own. */
export function readQueueAnswer(text: string, answers: boolean): QueueAnswer {
  const queued: Queued[] = [];
  const submitted: Submitted[] = [];
  const beats = new Map<string, string>();
  const found = new Map<string, { state: string; nodes: string }>();
  for (const line of text.split("\n")) {
    const [what, ...fields] = line.split("|");
    const [a = "", b = "", c = "", d = ""] = fields;
    if (what === "queue") queued.push({ id: a, state: b, reason: c, nodes: d });
    else if (what === "submitted" && [b, c, d].every((field) => /^\d+$/.test(field)))
      submitted.push({ id: a, first: Number(b), last: Number(c), generation: Number(d) });
    else if (what === "beat") beats.set(a, fields.slice(1).join("|"));
    else if (what === "found") found.set(a, { state: b, nodes: c });
  }
  return { queued: answers ? queued : undefined, submitted, beats, found };
}

/** States in which SLURM has nothing more to do with a job; UNKNOWN is one that it has forgotten. */
const ENDED = new Set([
  ...["BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED"],
  ...["REVOKED", "TIMEOUT", "COMPLETING", "UNKNOWN"],
]);

export function isOver(state: string): boolean {
  return ENDED.has(state);
}
