import { readMebibytes, readTime } from "./amounts.js";

/** A partition, as `scontrol show partition` tells of it. Lists: undefined stands for all. */
export interface Partition {
  readonly name: string;
  /** UP, DOWN, DRAIN or INACTIVE */
  readonly state: string;
  readonly isDefault: boolean;
  readonly allowedAccounts: readonly string[] | undefined;
  readonly deniedAccounts: readonly string[];
  readonly allowedGroups: readonly string[] | undefined;
  readonly allowedQos: readonly string[] | undefined;
  readonly deniedQos: readonly string[];
  readonly rootOnly: boolean;
  readonly needsReservation: boolean;
  /** nodes from which jobs may be submitted to it */
  readonly submittingNodes: string | undefined;
  readonly qos: string | undefined;
  /** seconds; undefined: no limit */
  readonly longest: number | undefined;
  readonly fewestNodes: number;
  readonly mostCpus: number | undefined;
  /** MB */
  readonly mostMemory: number | undefined;
  /** MB that a job has which asks for none */
  readonly memoryOfNode: number | undefined;
  readonly memoryOfCpu: number | undefined;
}

/** Reads what `scontrol show partition` prints. */
export function readPartitions(text: string): Partition[] {
  return text
    .split(/(?=^PartitionName=)/m)
    .filter((part) => part.startsWith("PartitionName="))
    .map(readPartition);
}

function readPartition(text: string): Partition {
  const fields = new Map<string, string>();
  for (const word of text.split(/\s+/)) {
    const at = word.indexOf("=");
    if (at > 0) fields.set(word.slice(0, at), word.slice(at + 1));
  }
  const field = (name: string) => fields.get(name) ?? "";
  const names = (name: string) => {
    const value = field(name);
    return value === "" || value === "ALL" || value === "(null)" ? undefined : value.split(",");
  };
  const number = (name: string) => (/^\d+$/.test(field(name)) ? Number(field(name)) : undefined);
  const qos = field("QoS");
  return {
    name: field("PartitionName"),
    state: field("State"),
    isDefault: field("Default") === "YES",
    allowedAccounts: names("AllowAccounts"),
    deniedAccounts: names("DenyAccounts") ?? [],
    allowedGroups: names("AllowGroups"),
    allowedQos: names("AllowQos"),
    deniedQos: names("DenyQos") ?? [],
    rootOnly: field("RootOnly") === "YES",
    needsReservation: field("ReqResv") === "YES",
    submittingNodes: names("AllocNodes")?.join(","),
    qos: qos === "" || qos === "N/A" ? undefined : qos,
    longest: readTime(field("MaxTime")),
    fewestNodes: number("MinNodes") ?? 0,
    mostCpus: number("MaxCPUsPerNode"),
    mostMemory: readMebibytes(field("MaxMemPerNode")),
    memoryOfNode: readMebibytes(field("DefMemPerNode")),
    memoryOfCpu: readMebibytes(field("DefMemPerCPU")),
  };
}
