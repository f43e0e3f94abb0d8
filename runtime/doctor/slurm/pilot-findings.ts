import { countOf, formatMemory, formatNumber, formatWalltime } from "../../../compiler/format/amounts.js";
import type { PilotNeeds } from "../facts/batch-examination.js";
import { type Finding, fail, ok, warn } from "../facts/finding.js";
import type { Configuration } from "./configuration.js";
import type { Partition } from "./partitions.js";
import type { PilotRequest } from "./pilot-request.js";

/** Variables that every job of SLURM's has, or every login. */
const KNOWN_VARIABLE = /^(SLURM_\w+|SLURMD_NODENAME|USER|LOGNAME|HOME|TMPDIR)$/;

export function examineSuccessors(pilots: PilotNeeds, partition: Partition): Finding {
  const name = "successors";
  if (pilots.successors === 0) return ok(name, "none: what is left when the walltime ends waits for the next deploy");
  if (!pilots.nodesMaySubmit) return ok(name, `${pilots.successors} for each pilot, all submitted at the start`);
  if (partition.submittingNodes !== undefined) {
    return warn(
      name,
      `jobs of ${partition.name} may be submitted from ${partition.submittingNodes} alone, and a pilot is to submit its successor from its node`,
      "set nodesMaySubmit: false, unless that means the nodes as well: all successors are then submitted at the start",
    );
  }
  return ok(name, `up to ${pilots.successors} for each pilot, which submits them itself; SLURM lets nodes do that`);
}

export function examineArrays(pilots: PilotNeeds, { arraySize }: Configuration): Finding | undefined {
  // Those that are submitted with all their successors are submitted one by one.
  if (arraySize === undefined || !pilots.nodesMaySubmit) return undefined;
  const longest = arraySize - 1;
  const name = "arrays";
  if (longest < 1) return fail(name, "the cluster allows no arrays (MaxArraySize)", "ask for them");
  const parts = Math.ceil(pilots.count / longest);
  return ok(name, `up to ${countOf(longest, "pilot")} in one; ${parts === 1 ? "one is" : `${parts} are`} submitted`);
}

/** What memory a pilot has that asks for none, and what keeps jobs within theirs. */
export function* examineMemory(
  pilots: PilotNeeds,
  request: PilotRequest,
  partition: Partition,
  configuration: Configuration,
): Generator<Finding> {
  const given =
    partition.memoryOfNode ??
    (partition.memoryOfCpu !== undefined ? partition.memoryOfCpu * request.cpus : undefined) ??
    configuration.memoryOfNode ??
    (configuration.memoryOfCpu !== undefined ? configuration.memoryOfCpu * request.cpus : undefined);
  if (request.memory === undefined && given !== undefined) {
    const needed = pilots.jobMemory * pilots.slots;
    const message = `the target asks for none, and ${partition.name} gives a pilot ${formatMemory(given)}`;
    if (needed > given) {
      yield warn(
        "memory",
        `${message}; ${pilots.slots} jobs at a time need ${formatMemory(needed)}`,
        "set memory or memoryPerCpu",
      );
    } else yield ok("memory", message);
  }
  if (configuration.memoryControl === "kernel")
    yield ok("memory limit", "kept by the kernel: what exceeds it ends as oom");
  else if (configuration.memoryControl === "polled") {
    yield warn("memory limit", "SLURM looks now and then: what exceeds it for a moment may escape");
  } else {
    yield warn(
      "memory limit",
      "nobody keeps jobs within their memory here",
      "ask for as much as the jobs need, lest they take it from others",
    );
  }
}

/** Whether the path of the node's own disk can be made out of what jobs know. */
export function examineScratch(scratch: string): Finding | undefined {
  if (scratch === "") return undefined;
  const variables = [...scratch.matchAll(/\$\{?(\w+)/g)].map((match) => match[1] as string);
  const unknown = variables.filter((name) => !KNOWN_VARIABLE.test(name));
  if (unknown.length === 0) return ok("scratch folder", scratch);
  const [are, they] = unknown.length === 1 ? ["is", "it"] : ["are", "they"];
  return warn(
    "scratch folder",
    `${scratch} holds ${unknown.map((name) => `$${name}`).join(", ")}, which ${are} not SLURM's own`,
    `see on a node whether ${they} ${are} set: srun --pty env`,
  );
}

/** Of jobs that are to have cores of their own: a pilot has to have some. */
export function examineCores({ pin }: PilotNeeds, { bindsCores }: Configuration): Finding | undefined {
  if (!pin || bindsCores) return undefined;
  return warn(
    "cores",
    "SLURM binds no pilot to cores of its own there: limits.pin binds jobs only where a pilot has the whole node",
    "ask for all of a node, by cpusPerNode, or leave pin out",
  );
}

export function sayBound({ count, nodes, successors, walltimeSeconds }: PilotNeeds): Finding {
  const each = successors === 0 ? "without successors" : `each followed by up to ${successors}`;
  const hours = Math.round(((count * (1 + successors) * walltimeSeconds) / 3600) * 100) / 100;
  const fewer = count < nodes ? ` (nodes: ${nodes}, and the jobs keep no more busy)` : "";
  const message = `${countOf(count, "pilot")}${fewer} of ${formatWalltime(walltimeSeconds)}, ${each}: ${formatNumber(hours)} node-hours at most`;
  return ok("bound", message);
}
