import type { SlurmTarget, Target } from "../dsl/targets.js";
import { formatWalltime } from "../format/amounts.js";
import type { BundledAccess } from "../format/bundle.js";
import { hasControlCharacters } from "../format/control-characters.js";
import { hasOnlyPlainVariables } from "../format/quote.js";
import { refuseSbatchLine } from "../format/sbatch-options.js";
import { isWithin } from "../format/within.js";
import type { ReportMistake } from "../problem/problem.js";
import { gpusOfPilot, saysMemory } from "./pilot-gpus.js";
import { OptionReader } from "./read-options.js";
import type { Capacity, PilotPlan, TargetPlan } from "./swarm-plan.js";

/** Jobs begin no later than this share of a pilot's time before its end, within bounds in seconds. */
const CLOSING_SHARE = 0.05;
const LEAST_CLOSING = 15;
const MOST_CLOSING = 300;

const SECONDS_AN_HOUR = 3600;

/** The most node-hours that the pilots of a target may use, each with all its successors. */
export function nodeHoursOf(pilots: Pick<PilotPlan, "nodes" | "successors" | "walltimeSeconds">): number {
  const hours = (pilots.nodes * (1 + pilots.successors) * pilots.walltimeSeconds) / SECONDS_AN_HOUR;
  return Math.round(hours * 100) / 100;
}

class TargetResolver {
  readonly read: OptionReader;

  constructor(
    readonly target: Target,
    readonly complain: ReportMistake,
  ) {
    this.read = new OptionReader(complain);
  }

  /** Text that goes into one line, of a configuration or of `#SBATCH`. */
  word(name: string, value: string | undefined): string | undefined {
    if (value !== undefined && (value.trim() === "" || hasControlCharacters(value))) {
      this.complain([name], `${name} is ${value.trim() === "" ? "empty" : "more than one line"}`);
      return undefined;
    }
    return value;
  }

  path(at: readonly string[], value: string): string {
    const name = at.join(".");
    if (!value.startsWith("/")) {
      this.complain(at, `${name} "${value}" is no absolute path`, "begin it with /; ~ and variables are not expanded");
    } else if (value.split("/").includes("..") || /[\0\n]/.test(value)) {
      this.complain(at, `${name} "${value}" is no plain path`, "write it without .. and line breaks");
    }
    return value.replace(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "");
  }

  access(): BundledAccess | undefined {
    const { target } = this;
    if (target.kind === "local") return undefined;
    const host = this.word("host", target.host) ?? null;
    if (host?.startsWith("-")) this.complain(["host"], `"${host}" is no host`);
    const directory = this.path(["directory"], target.directory);
    let sharedDirectory: BundledAccess["sharedDirectory"] = null;
    if (target.sharedDirectory) {
      sharedDirectory = {
        here: this.path(["sharedDirectory", "here"], target.sharedDirectory.here),
        there: this.path(["sharedDirectory", "there"], target.sharedDirectory.there),
      };
      if (!isWithin(sharedDirectory.there, directory)) {
        this.complain(
          ["directory"],
          `directory "${directory}" is not within the shared directory, which is ${sharedDirectory.there} on the target`,
          `put it below ${sharedDirectory.there}, or leave sharedDirectory out`,
        );
      }
      if (host === null) this.complain(["sharedDirectory"], "sharedDirectory needs a host that it is shared with");
    }
    return {
      host,
      directory,
      sharedDirectory,
      transferHost: this.word("transferHost", target.transferHost) ?? null,
      transferCommand: this.transferCommand(target.transfer?.command),
      ssh: target.ssh ?? "builtin",
    };
  }

  transferCommand(command: string | undefined): string | null {
    if (command === undefined) return null;
    for (const name of ["from", "to"]) {
      if (new RegExp(`\\$(\\{${name}\\}|${name}\\b)`).test(command)) continue;
      this.complain(
        ["transfer", "command"],
        `the command does not use $${name}`,
        'write it as in \'rsync -a "$from/" "dtn:$to/"\'',
      );
    }
    return command;
  }

  /** The `#SBATCH` lines, in a fixed order. What depends on the run is given to `sbatch` itself. */
  directives(target: SlurmTarget, { cpus }: Capacity, walltimeSeconds: number): string[] {
    const lines: string[] = [];
    const option = (name: string, value: string | number | undefined) => {
      if (value !== undefined) lines.push(`--${name}=${value}`);
    };
    const memory = (name: "memory" | "memoryPerCpu" | "scratchSize") => {
      const mebibytes = this.read.mebibytes([name], target[name]);
      return mebibytes === 0 ? undefined : `${mebibytes}M`;
    };
    option("partition", this.word("partition", target.partition));
    option("account", this.word("account", target.account));
    option("qos", this.word("qos", target.qos));
    option("nodes", 1);
    option("cpus-per-task", cpus);
    if (target.threadsPerCore !== undefined) {
      option("threads-per-core", this.read.wholeNumber(["threadsPerCore"], target.threadsPerCore, 1, 1));
    }
    option("mem", memory("memory"));
    option("mem-per-cpu", memory("memoryPerCpu"));
    option("gpus-per-node", target.gpus);
    option("time", formatWalltime(walltimeSeconds));
    option("constraint", this.word("constraint", target.constraint));
    if (target.exclusive) lines.push("--exclusive");
    if (target.gres !== undefined) option("gres", [target.gres].flat().join(","));
    option("tmp", memory("scratchSize"));
    option("reservation", this.word("reservation", target.reservation));
    option("licenses", this.word("licenses", target.licenses));
    if (target.mail) {
      option("mail-user", this.word("mail", target.mail.to));
      option("mail-type", (target.mail.when ?? ["END", "FAIL"]).join(","));
    }
    for (const [i, line] of (target.sbatch ?? []).entries()) {
      if (!line.startsWith("-") || hasControlCharacters(line)) {
        this.complain(["sbatch", i], `"${line}" is no option of sbatch`, 'write it as in "--comment=text"');
        continue;
      }
      const refusal = refuseSbatchLine(line);
      if (refusal) this.complain(["sbatch", i], refusal.message, refusal.hint);
      else lines.push(line);
    }
    return lines;
  }

  scratch(path: string | undefined): string {
    const text = this.word("scratch", path) ?? "";
    if (text === "") return text;
    if (!/^[/$]/.test(text)) {
      this.complain(["scratch"], `scratch "${text}" is no absolute path`, "begin it with / or a variable of the node");
    } else if (!hasOnlyPlainVariables(text)) {
      this.complain(
        ["scratch"],
        `scratch "${text}" is more than a path with variables`,
        'write it as in "/lscratch/$SLURM_JOB_ID"',
      );
    }
    return text;
  }

  pilots(target: SlurmTarget, capacity: Capacity): PilotPlan {
    const { read } = this;
    const walltimeSeconds = read.seconds(["walltime"], target.walltime, SECONDS_AN_HOUR);
    if (walltimeSeconds > 0 && walltimeSeconds < 60) {
      this.complain(["walltime"], `a walltime of ${target.walltime} is too short`, "SLURM counts whole minutes");
    }
    const closing = Math.round(Math.min(MOST_CLOSING, Math.max(LEAST_CLOSING, walltimeSeconds * CLOSING_SHARE)));
    const wholeMinutes = Math.ceil(walltimeSeconds / 60) * 60;
    return {
      nodes: read.wholeNumber(["nodes"], target.nodes, 1, 1),
      cpusPerNode: capacity.cpus,
      minJobsPerCpu: read.wholeNumber(["minJobsPerCpu"], target.minJobsPerCpu, 1, 10),
      walltimeSeconds: wholeMinutes,
      closingSeconds: closing,
      successors: read.wholeNumber(["successors"], target.successors, 0, 10),
      nodesMaySubmit: target.nodesMaySubmit ?? true,
      silenceSeconds: Math.ceil(read.seconds(["silence"], target.silence, 120)),
      scratch: this.scratch(target.scratch),
      directives: this.directives(target, capacity, wholeMinutes),
    };
  }

  slots(): number | undefined {
    const { slots } = this.target;
    return slots === undefined ? undefined : this.read.wholeNumber(["slots"], slots, 1, 1);
  }

  capacity(target: SlurmTarget): Capacity {
    const { read } = this;
    const memoryOption = target.memoryPerCpu ? "memoryPerCpu" : "memory";
    const share = read.mebibytes([memoryOption], target[memoryOption]);
    const { gpus, option: gpuOption } = gpusOfPilot(target);
    const memoryMebibytes = target.memoryPerCpu ? share * target.cpusPerNode : share;
    return {
      cpus: read.wholeNumber(["cpusPerNode"], target.cpusPerNode, 1, 1),
      memoryMebibytes: saysMemory(target) ? 0 : memoryMebibytes,
      memoryOption,
      gpus,
      gpuOption,
    };
  }
}

export function resolveTarget(name: string, target: Target, complain: ReportMistake): TargetPlan {
  const resolver = new TargetResolver(target, complain);
  const capacity = target.kind === "slurm" ? resolver.capacity(target) : undefined;
  return {
    name,
    kind: target.kind,
    slots: resolver.slots(),
    capacity,
    access: resolver.access(),
    pilots: target.kind === "slurm" && capacity ? resolver.pilots(target, capacity) : undefined,
  };
}
