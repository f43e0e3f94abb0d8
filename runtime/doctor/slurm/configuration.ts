export type Configuration = Readonly<ReturnType<typeof readConfiguration>>;

export function readConfiguration(text: string) {
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
  const bindsByGroup = /task\/cgroup/.test(field("TaskPlugin")) && field("ConstrainCores") !== "no";
  /** whether the kernel keeps jobs within their memory, SLURM looks now and then, or nobody does */
  const memoryControl: "kernel" | "polled" | "none" = byKernel ? "kernel" : byPolling ? "polled" : "none";
  return {
    version: field("SLURM_VERSION"),
    /** the highest index of an array is one less */
    arraySize: number("MaxArraySize"),
    memoryControl,
    /** whether an allocation is bound to cores of its own; true where that is not known */
    bindsCores: field("TaskPlugin") === "" || /task\/affinity/.test(field("TaskPlugin")) || bindsByGroup,
    /** whether limits of accounts and qos count */
    enforcesLimits: enforced.includes("limits"),
    enforcesAssociations: enforced.includes("associations"),
    /** MB for each CPU of a job that asks for none */
    memoryOfCpu: number("DefMemPerCPU"),
    memoryOfNode: number("DefMemPerNode"),
  };
}
