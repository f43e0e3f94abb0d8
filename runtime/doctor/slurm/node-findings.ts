import { formatMemory, formatWalltime } from "../../../compiler/format/amounts.js";
import { type Finding, fail, ok, warn } from "../facts/finding.js";
import { countResource, sayResource } from "./amounts.js";
import { type NodeKind, satisfies, usableCpus } from "./node-kinds.js";
import type { Partition } from "./partitions.js";
import type { PilotRequest } from "./pilot-request.js";

interface Demand {
  readonly name: string;
  fits(kind: NodeKind): boolean;
  /** what is asked for: `16 CPUs` */
  readonly message: string;
  /** what there is at most */
  most(kinds: readonly NodeKind[]): string;
  readonly hint: string;
}

const largest = (numbers: readonly number[]) => Math.max(0, ...numbers);

function* listDemands(request: PilotRequest): Generator<Demand> {
  const cpusOf = (kind: NodeKind) => usableCpus(kind, request.threadsPerCore);
  yield {
    name: "CPUs",
    fits: (kind) => cpusOf(kind) >= request.cpus,
    message: `${request.cpus} CPU${request.cpus === 1 ? "" : "s"}`,
    most: (kinds) => `have up to ${largest(kinds.map(cpusOf))}`,
    hint: "lower cpusPerNode, or choose another partition: sinfo -o '%P %c'",
  };
  const { memory, tmp, constraint } = request;
  if (memory !== undefined) {
    yield {
      name: "memory",
      fits: (kind) => kind.memory >= memory,
      message: `${formatMemory(memory)} of memory`,
      most: (kinds) => `have up to ${formatMemory(largest(kinds.map((kind) => kind.memory)))}`,
      hint: "lower memory or memoryPerCpu, or choose another partition: sinfo -o '%P %m'",
    };
  }
  for (const wanted of request.resources) {
    const isGpu = wanted.name === "gpu";
    yield {
      name: isGpu ? "GPUs" : "gres",
      fits: (kind) => countResource(wanted, kind.resources) >= wanted.count,
      message: sayResource(wanted),
      most: (kinds) => {
        const kindsOfIt = kinds.flatMap(({ resources }) => resources.filter(({ name }) => name === wanted.name));
        const all = [...new Set(kindsOfIt.map(sayResource))];
        return `have ${all.length === 0 ? "none" : all.join(", ")}`;
      },
      hint: `${isGpu ? "change gpus" : "change gres"}, or choose another partition: sinfo -o '%P %G'`,
    };
  }
  if (tmp !== undefined) {
    yield {
      name: "scratch",
      fits: (kind) => kind.tmp >= tmp,
      message: `${formatMemory(tmp)} of the node's own disk`,
      most: (kinds) => `say that they have up to ${formatMemory(largest(kinds.map((kind) => kind.tmp)))}`,
      hint: "lower scratchSize, or leave it out and ask by gres, as the site has it: sinfo -o '%P %d %G'",
    };
  }
  if (constraint !== undefined) {
    yield {
      name: "constraint",
      fits: ({ features }) => satisfies(features, constraint),
      message: constraint,
      most: (kinds) => {
        const all = [...new Set(kinds.flatMap(({ features }) => features))];
        return `have ${all.length === 0 ? "no features" : all.join(", ")}`;
      },
      hint: "see the features that nodes have: sinfo -o '%P %f'",
    };
  }
}

const countNodes = (kinds: readonly NodeKind[]) => kinds.reduce((sum, { count }) => sum + count, 0);

function examineSupply(fitting: readonly NodeKind[], partition: string, pilots: number): Finding {
  const all = countNodes(fitting);
  const up = countNodes(fitting.filter(({ isUp }) => isUp));
  const message = `${up} of the ${all} node${all === 1 ? "" : "s"} of ${partition} that a pilot fits on ${up === 1 ? "is" : "are"} up`;
  if (up === 0) {
    const states = [...new Set(fitting.map(({ state }) => state))].join(", ");
    return warn(
      "nodes",
      `${message} (${states})`,
      "pilots will wait until some are back; the site's news may say when",
    );
  }
  if (up < pilots) {
    return warn(
      "nodes",
      `${message}, and ${pilots} pilots are wanted`,
      "the jobs will be shared by fewer pilots at a time",
    );
  }
  return ok("nodes", message);
}

export function* examineNodes(
  request: PilotRequest,
  partition: string,
  kinds: readonly NodeKind[],
  pilots: number,
): Generator<Finding> {
  if (countNodes(kinds) === 0) {
    yield fail("nodes", `the partition ${partition} has no nodes`, "choose another one: sinfo -s");
    return;
  }
  const demands = [...listDemands(request)];
  let impossible = false;
  for (const demand of demands) {
    const { name, message, hint } = demand;
    if (kinds.some((kind) => demand.fits(kind))) {
      yield ok(name, `${message}; the nodes of ${partition} ${demand.most(kinds)}`);
    } else {
      impossible = true;
      yield fail(name, `a pilot asks for ${message}, and the nodes of ${partition} ${demand.most(kinds)}`, hint);
    }
  }
  if (impossible) return;
  const fitting = kinds.filter((kind) => demands.every((demand) => demand.fits(kind)));
  if (fitting.length > 0) yield examineSupply(fitting, partition, pilots);
  else {
    const message = demands.map((demand) => demand.message).join(", ");
    const hint = "ask for less of something, or choose another partition: sinfo -o '%P %c %m %G %f'";
    yield fail("nodes", `no node of ${partition} has all of it at once: ${message}`, hint);
  }
}

export function* examinePartitionLimits(
  request: PilotRequest,
  partition: Partition,
  mayExceedTime: boolean,
): Generator<Finding> {
  const { walltime, memory, cpus } = request;
  const { longest, mostMemory, mostCpus, name } = partition;
  if (walltime !== undefined) {
    const limit = longest === undefined ? "sets no limit" : `allows ${formatWalltime(longest)}`;
    if (longest === undefined || walltime <= longest || mayExceedTime) {
      yield ok("walltime", `${formatWalltime(walltime)}; ${name} ${limit}`);
    } else {
      yield fail(
        "walltime",
        `the walltime is ${formatWalltime(walltime)}, and the partition ${name} ${limit}: the pilots would wait for ever`,
        `set walltime to "${formatWalltime(longest)}" or less, or choose another partition: sinfo -o '%P %l'`,
      );
    }
  }
  if (mostCpus !== undefined && cpus > mostCpus) {
    yield fail("CPUs", `a pilot asks for ${cpus}, and ${name} allows ${mostCpus} on a node`, "lower cpusPerNode");
  }
  if (mostMemory !== undefined && memory !== undefined && memory > mostMemory) {
    const message = `a pilot asks for ${formatMemory(memory)}, and ${name} allows ${formatMemory(mostMemory)} on a node`;
    yield fail("memory", message, "lower memory or memoryPerCpu");
  }
  if (partition.fewestNodes > 1) {
    const message = `${name} is for jobs of ${partition.fewestNodes} nodes or more, and each pilot has one`;
    yield fail("nodes", message, "choose another partition: scontrol show partition");
  }
}
