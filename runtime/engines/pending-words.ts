/** SLURM's reasons why a job waits, in words. Source: "Job reason codes" of SLURM's documentation. */
const WAITING: Readonly<Record<string, string>> = {
  None: "SLURM has not looked at them yet",
  Priority: "others are before them in the queue",
  Resources: "for free nodes",
  Dependency: "for their predecessors to end",
  BeginTime: "for the time at which they may begin again",
  JobHeldUser: "held by the user: scontrol release",
  JobHeldAdmin: "held by an administrator",
  Licenses: "for a licence",
  Reservation: "for the reservation to begin",
  ReqNodeNotAvail: "for nodes that are not available, by maintenance perhaps",
  PartitionDown: "the partition is down",
  PartitionInactive: "the partition takes no jobs at the moment",
  NodeDown: "a node that they need is down",
  Cleaning: "for the clean-up after their last run",
};

/** Reasons that no waiting will mend, and what to change in the definition. */
const HOPELESS: Readonly<Record<string, readonly [words: string, hint: string]>> = {
  PartitionConfig: [
    "the partition has no nodes of that kind",
    "lower cpusPerNode or memory, or choose another partition",
  ],
  PartitionNodeLimit: ["the partition does not allow so many nodes", "choose another partition"],
  PartitionTimeLimit: ["the walltime is over the partition's limit", "shorten walltime, or choose another partition"],
  BadConstraints: ["no node satisfies the constraint", "see the features that nodes have: sinfo -o '%f'"],
  InvalidAccount: ["the account is not valid", "see yours: sacctmgr show associations user=$USER"],
  InvalidQOS: ["the qos is not valid", "see yours: sacctmgr show associations user=$USER format=qos"],
  QOSNotAllowed: ["the qos is not allowed in that partition", "choose another qos or partition"],
  AccountNotAllowed: ["the account is not allowed in that partition", "choose another account or partition"],
  JobLaunchFailure: [
    "a node could not start the pilot",
    'ask the administrators; exclude the node by sbatch: ["--exclude=…"]',
  ],
};

/** A limit for one job that waiting does not lift: `QOSMaxWallDurationPerJobLimit`, `AssocMaxCpuPerJobLimit` … */
const PER_JOB_LIMIT =
  /^(QOS|Assoc|Account|Cluster)?(Max|Min)\w*PerJob(Limit)?$|^(QOS|Assoc)Max\w*(PerNode|PerJob)\w*$|MaxMemPerLimit/;

/** Why a pilot that waits for such a reason will never begin, and the mend; undefined if it may. */
export function whyNever(reason: string): readonly [words: string, hint: string] | undefined {
  const known = HOPELESS[reason];
  if (known) return known;
  if (PER_JOB_LIMIT.test(reason)) {
    return [`a limit for one job is exceeded (${reason})`, "ask for less: walltime, cpusPerNode, memory or gpus"];
  }
  return undefined;
}

/** Why pilots wait, in words. */
export function describeWaiting(reason: string): string {
  const plain = reason.replace(/,.*$/, "");
  return WAITING[plain] ?? (reason === "" ? "for SLURM" : `SLURM says ${reason}`);
}
