export interface Configuration {
  readonly version: string;
  /** the highest index of an array is one less */
  readonly arraySize: number | undefined;
  /** whether the kernel keeps jobs within their memory, SLURM looks now and then, or nobody does */
  readonly memoryControl: "kernel" | "polled" | "none";
  /** whether limits of accounts and qos count */
  readonly enforcesLimits: boolean;
  readonly enforcesAssociations: boolean;
  /** MB for each CPU of a job that asks for none */
  readonly memoryOfCpu: number | undefined;
  readonly memoryOfNode: number | undefined;
}

/** Reads what `scontrol show config` prints. */
export function readConfiguration(text: string): Configuration {
  const fields = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^(\S+)\s*=\s*(.*?)\s*$/.exec(line);
    if (match) fields.set(match[1] as string, match[2] as string);
  }
  const field = (name: string) => fields.get(name) ?? "";
  const number = (name: string) => (/^\d+$/.test(field(name)) ? Number(field(name)) : undefined);
  const enforced = field("AccountingStorageEnforce").split(",");
  const byKernel = /task\/cgroup/.test(field("TaskPlugin")) && field("ConstrainRAMSpace") !== "no";
  const byPolling = /OverMemoryKill/i.test(field("JobAcctGatherParams"));
  return {
    version: field("SLURM_VERSION"),
    arraySize: number("MaxArraySize"),
    memoryControl: byKernel ? "kernel" : byPolling ? "polled" : "none",
    enforcesLimits: enforced.includes("limits"),
    enforcesAssociations: enforced.includes("associations"),
    memoryOfCpu: number("DefMemPerCPU"),
    memoryOfNode: number("DefMemPerNode"),
  };
}
