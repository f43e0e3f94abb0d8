import { countOf, formatMemory, formatWalltime } from "../../../compiler/format/amounts.js";
import { countSubmitted, type PilotNeeds } from "../facts/batch-examination.js";
import { type Finding, fail, ok, warn } from "../facts/finding.js";
import type { LimitSource, Resources } from "./accounting-limits.js";
import { includes } from "./partition-findings.js";
import type { PilotRequest } from "./pilot-request.js";
import type { Accounts } from "./submitter.js";

type OwnJob = ReturnType<typeof readQueue>[number];

/** Reads what `squeue --format='%q|%a|%P|%T'` prints. */
export function readQueue(text: string) {
  return [...text.matchAll(/^(.*?)\|([^|\n]*)/gm)].map(([, qos = "", account = ""]) => ({ qos, account }));
}

export function* examineAccounts(accounts: Accounts, request: PilotRequest): Generator<Finding> {
  const { account, qos } = accounts.submitter;
  if (accounts.accounts.length > 0) {
    const mine = accounts.accounts.join(", ");
    if (account === undefined)
      yield warn("account", "it is not known which one will be charged", `name one of ${mine}`);
    else if (includes(accounts.accounts, account)) yield ok("account", account);
    else yield fail("account", `you have no association with the account ${account}`, `choose one of ${mine}`);
  }
  if (request.qos === undefined || qos === undefined) return;
  if (accounts.qos.length > 0 && !includes(accounts.qos, qos)) {
    const what = includes(accounts.allQos, qos) ? `you may not use the qos ${qos}` : `there is no qos ${qos}`;
    yield fail("qos", what, `choose one of ${accounts.qos.join(", ")}`);
  } else if (accounts.qos.length > 0) yield ok("qos", qos);
}

function examineSubmitLimit(source: LimitSource, limit: number, pilots: PilotNeeds, queue: readonly OwnJob[]): Finding {
  const [what, name] = source.counts;
  const queued = queue.filter((job) => job[what] === name).length;
  const wanted = countSubmitted(pilots);
  const have = queued === 0 ? "" : `, and ${queued} of yours ${queued === 1 ? "is" : "are"} there already`;
  const allows = `${source.name} allows ${countOf(limit, "job")} in the queue${have}`;
  const room = limit - queued;
  if (wanted > room) {
    const successors = pilots.nodesMaySubmit ? "" : ", with all their successors";
    const hint = limit >= wanted ? "wait until those have ended, or lower nodes" : "lower nodes, or choose another qos";
    const message = `${allows}; the pilots are ${wanted}${successors}`;
    // As many as there is room for are submitted.
    if (room < 1) return fail("submit limit", message, hint);
    return warn("submit limit", `${message}: ${room === 1 ? "one" : room} of them will be submitted`, hint);
  }
  if (pilots.nodesMaySubmit && pilots.successors > 0 && 2 * wanted > room) {
    return warn(
      "submit limit",
      `${allows}; a pilot submits its successor before it ends, and then there may be ${2 * wanted}`,
      `lower nodes to ${Math.max(1, Math.floor(room / 2))}, lest successors be refused`,
    );
  }
  return ok("submit limit", `${allows}; the pilots are ${wanted}`);
}

function usageOf(request: PilotRequest): Resources {
  const usage = new Map(Object.entries({ cpu: request.cpus, node: 1 }));
  if (request.memory !== undefined) usage.set("mem", request.memory);
  for (const { name, type, count } of request.resources) {
    usage.set(`gres/${name}`, (usage.get(`gres/${name}`) ?? 0) + count);
    if (type !== undefined) usage.set(`gres/${name}:${type}`, count);
  }
  return usage;
}

const WORDS: Readonly<Record<string, string>> = { cpu: "CPUs", node: "nodes", mem: "memory", "gres/gpu": "GPUs" };
const say = (name: string, amount: number) =>
  name === "mem" ? `${formatMemory(amount)} of memory` : `${amount} ${WORDS[name] ?? name}`;

function* examineResources(source: LimitSource, request: PilotRequest, pilots: PilotNeeds): Generator<Finding> {
  for (const [name, used] of usageOf(request)) {
    const ofJob = source.ofJob.get(name);
    const together = source.together.get(name);
    const most = Math.min(ofJob ?? Number.POSITIVE_INFINITY, together ?? Number.POSITIVE_INFINITY);
    if (used > most) {
      const message = `${source.name} allows ${say(name, most)}, and a pilot asks for ${say(name, used)}`;
      yield fail("limits", `${message}: the pilots would wait for ever`, "ask for less, or choose another qos");
    } else if (together !== undefined && used * pilots.count > together) {
      const message = `${source.name} allows ${say(name, together)} for all jobs together: ${countOf(Math.floor(together / used), "pilot")} of ${pilots.count} at a time`;
      yield warn("limits", message, "the others wait until these have ended");
    }
  }
}

/** Whether the pilots keep within the limits of qos and account. Where several set one, the first counts. */
export function* examineLimits(
  sources: readonly LimitSource[],
  request: PilotRequest,
  pilots: PilotNeeds,
  queue: readonly OwnJob[],
): Generator<Finding> {
  const submit = sources.find(({ submitted }) => submitted !== undefined);
  if (submit?.submitted !== undefined) yield examineSubmitLimit(submit, submit.submitted, pilots, queue);
  else yield ok("submit limit", "none is known");
  const running = sources.find((source) => source.running !== undefined);
  if (running?.running !== undefined && running.running < pilots.count) {
    yield warn(
      "limits",
      `${running.name} lets ${countOf(running.running, "job")} run at a time, and ${pilots.count} pilots are wanted`,
      "the others wait until these have ended",
    );
  }
  const timed = sources.find((source) => source.walltime !== undefined);
  const { walltime } = request;
  if (timed?.walltime !== undefined && walltime !== undefined && walltime > timed.walltime) {
    const allowed = formatWalltime(timed.walltime);
    const message = `the walltime is ${formatWalltime(walltime)}, and ${timed.name} allows ${allowed}`;
    const hint = `set walltime to "${allowed}" or less, or choose another qos`;
    yield fail("walltime", `${message}: the pilots would wait for ever`, hint);
  }
  for (const source of sources) yield* examineResources(source, request, pilots);
}
