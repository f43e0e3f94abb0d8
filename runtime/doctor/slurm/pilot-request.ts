import { readSbatchOptions } from "../../../compiler/format/sbatch-options.js";
import { readGenericResources, readMebibytes, readTime } from "./amounts.js";

export type PilotRequest = Readonly<ReturnType<typeof readRequest>>;

/** Reads the `#SBATCH` options of a pilot; the last of two that are the same counts. */
export function readRequest(directives: readonly string[]) {
  const options = new Map(directives.flatMap(readSbatchOptions).map(({ name, value }) => [name, value ?? ""]));
  const cpus = Number(options.get("cpus-per-task") ?? 1);
  const ofNode = readMebibytes(options.get("mem") ?? "");
  const ofCpu = readMebibytes(options.get("mem-per-cpu") ?? "");
  const gpus = options.get("gpus-per-node") ?? options.get("gpus"); // a pilot is one node
  const threads = options.get("threads-per-core") ?? (options.get("hint") === "nomultithread" ? "1" : undefined);
  return {
    /** any of them; none: the cluster's default */
    partitions: (options.get("partition") ?? "").split(",").filter((name) => name !== ""),
    account: options.get("account"),
    qos: options.get("qos"),
    cpus,
    threadsPerCore: threads === undefined ? undefined : Number(threads),
    /** MB of the node; undefined: what the partition gives. --mem=0 is all that the node has */
    memory: ofNode || (ofCpu === undefined ? undefined : ofCpu * cpus),
    resources: [
      ...readGenericResources(gpus === undefined ? "" : gpus.replace(/^|,/g, "$&gpu:")),
      ...readGenericResources(options.get("gres") ?? ""),
    ],
    /** in seconds */
    walltime: readTime(options.get("time") ?? ""),
    constraint: options.get("constraint"),
    /** MB of the node's own disk */
    tmp: readMebibytes(options.get("tmp") ?? ""),
    reservation: options.get("reservation"),
  };
}

export function readDirectives(script: string): string[] {
  return script.split("\n").flatMap((line) => {
    const match = /^#SBATCH\s+(.*\S)\s*$/.exec(line);
    return match ? [match[1] as string] : [];
  });
}

/** A batch script with these options that does nothing: for `sbatch --test-only`. */
export function writeBatchScript(directives: readonly string[]): string {
  return ["#!/bin/bash", ...directives.map((directive) => `#SBATCH ${directive}`), "exit 0", ""].join("\n");
}
