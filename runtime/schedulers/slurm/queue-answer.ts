import type { Phase, QueueAnswer, Submitted } from "../pilots/batch-system.js";
import { describeWaiting } from "./pending-reasons.js";

export interface SlurmJob {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly node: string;
}

/** States in which SLURM has nothing more to do with a job; UNKNOWN is one that it has forgotten. */
const ENDED = new Set([
  ...["BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED"],
  ...["REVOKED", "TIMEOUT", "COMPLETING", "UNKNOWN"],
]);

function phaseOf(state: string): Phase {
  if (ENDED.has(state)) return "over";
  if (state === "PENDING") return "pending";
  return state === "SUSPENDED" || state === "STOPPED" ? "suspended" : "running";
}

export function readQueueLines(text: string) {
  const queued: SlurmJob[] = [];
  const submitted: Submitted[] = [];
  const heartbeats = new Map<string, string>();
  const found = new Map<string, Phase>();
  for (const line of text.split("\n")) {
    const [what, ...fields] = line.split("|");
    const [a = "", b = "", c = "", d = ""] = fields;
    if (what === "queue") queued.push({ id: a, state: b, reason: c, node: d });
    else if (what === "submitted" && [b, c, d].every((field) => /^\d+$/.test(field)))
      submitted.push({ id: a, first: Number(b), last: Number(c) });
    else if (what === "heartbeat") heartbeats.set(a, fields.slice(1).join("|"));
    else if (what === "found") found.set(a, phaseOf(b));
  }
  return { queued, submitted, heartbeats, found };
}

/** What these lines mean. @param answers whether the controller has answered */
export function readQueueAnswer(
  lines: ReturnType<typeof readQueueLines>,
  answers: boolean,
  notes: readonly string[],
): QueueAnswer {
  const queued = lines.queued.map(({ id, state, reason, node }) => {
    return {
      id,
      phase: phaseOf(state),
      waitsFor: describeWaiting(reason),
      node: state === "RUNNING" ? node : undefined,
    };
  });
  return { ...lines, queued: answers ? queued : undefined, notes };
}
