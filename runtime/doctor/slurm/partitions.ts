import { readMebibytes, readTime } from "./amounts.js";

/** A partition, as `scontrol show partition` tells of it. */
export type Partition = Readonly<ReturnType<typeof readPartition>>;

export function readPartitions(text: string): Partition[] {
  return text
    .split(/(?=^PartitionName=)/m)
    .filter((part) => part.startsWith("PartitionName="))
    .map(readPartition);
}

function readPartition(text: string) {
  const fields = new Map<string, string>();
  for (const word of text.split(/\s+/)) {
    const at = word.indexOf("=");
    if (at > 0) fields.set(word.slice(0, at), word.slice(at + 1));
  }
  const field = (name: string) => fields.get(name) ?? "";
  /** undefined stands for all */
  const names = (name: string): readonly string[] | undefined => {
    const value = field(name);
    return value === "" || value === "ALL" || value === "(null)" ? undefined : value.split(",");
  };
  const number = (name: string) => (/^\d+$/.test(field(name)) ? Number(field(name)) : undefined);
  const qos = field("QoS");
  return {
    name: field("PartitionName"),
    /** UP, DOWN, DRAIN or INACTIVE */
    state: field("State"),
    isDefault: field("Default") === "YES",
    allowedAccounts: names("AllowAccounts"),
    deniedAccounts: names("DenyAccounts") ?? [],
    allowedGroups: names("AllowGroups"),
    allowedQos: names("AllowQos"),
    deniedQos: names("DenyQos") ?? [],
    rootOnly: field("RootOnly") === "YES",
    needsReservation: field("ReqResv") === "YES",
    /** nodes from which jobs may be submitted to it */
    submittingNodes: names("AllocNodes")?.join(","),
    qos: qos === "" || qos === "N/A" ? undefined : qos,
    /** seconds; undefined: no limit */
    longest: readTime(field("MaxTime")),
    fewestNodes: number("MinNodes") ?? 0,
    mostCpus: number("MaxCPUsPerNode"),
    /** MB; the two below: that a job has which asks for none */
    mostMemory: readMebibytes(field("MaxMemPerNode")),
    memoryOfNode: readMebibytes(field("DefMemPerNode")),
    memoryOfCpu: readMebibytes(field("DefMemPerCPU")),
  };
}
