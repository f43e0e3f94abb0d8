import { ownValue } from "../../../compiler/format/own-value.js";

/** SLURM's reasons why a job waits, in words. Source: "Job reason codes" of SLURM's documentation. */
const WAITING: Readonly<Record<string, string>> = {
  None: "SLURM has not looked at them yet",
  Priority: "others are before them in the queue",
  Resources: "for free nodes",
  Dependency: "for their predecessors to end",
  DependencyNeverSatisfied: "for predecessors that SLURM does not know any more: locusts cancel, then deploy again",
  BeginTime: "for the time at which they may begin again",
  JobHeldUser: "held by the user: scontrol release",
  JobHeldAdmin: "held by an administrator: ask them",
  Licenses: "for a licence: scontrol show licenses tells how many there are",
  Reservation: "for the reservation to begin",
  ReqNodeNotAvail: "for nodes that are not available, by maintenance perhaps: sinfo -R tells why",
  PartitionDown: "the partition is down",
  PartitionInactive: "the partition takes no jobs at the moment",
  NodeDown: "a node that they need is down",
  Cleaning: "for the clean-up after their last run",
};

const CANCEL = "if it does not pass: locusts cancel, then";

/** Reasons that may last for ever, and may pass: a node that is drained, a limit that is lowered for an hour. */
const LASTING: Readonly<Record<string, readonly [words: string, change: string]>> = {
  PartitionConfig: ["the partition has no nodes of that kind at the moment", "lower cpusPerNode or memory"],
  PartitionNodeLimit: ["the partition does not allow so many nodes", "choose another partition"],
  PartitionTimeLimit: ["the walltime is over the partition's limit", "shorten walltime"],
  BadConstraints: ["no node satisfies the constraint at the moment", "change constraint: sinfo -o '%f' shows features"],
  InvalidAccount: ["the account is not valid", "change account: sacctmgr show associations user=$USER shows yours"],
  InvalidQOS: ["the qos is not valid", "change qos: sacctmgr show associations user=$USER format=qos shows yours"],
  QOSNotAllowed: ["the qos is not allowed in that partition", "choose another qos or partition"],
  AccountNotAllowed: ["the account is not allowed in that partition", "choose another account or partition"],
  JobLaunchFailure: ["a node could not start the pilot", 'exclude that node by sbatch: ["--exclude=…"]'],
};

/** A limit for one job that waiting alone does not lift: `QOSMaxWallDurationPerJobLimit`, `AssocMaxCpuPerJobLimit` … */
const PER_JOB_LIMIT =
  /^(QOS|Assoc|Account|Cluster)?(Max|Min)\w*PerJob(Limit)?$|^(QOS|Assoc)Max\w*(PerNode|PerJob)\w*$|MaxMemPerLimit/;

/** A budget of node or CPU time that is used up: it grows again with time, or when somebody adds to it. */
const BUDGET = /Minutes|Mins|Billing.*Limit$/;

/** A limit for all jobs of a user, an account or a qos together. */
const TOGETHER = /^(QOS|Assoc)(Grp|Max)\w*(Limit)?$/;

/** Is it held since SLURM could not start it? */
export function isLaunchFailure(reason: string): boolean {
  return /^launch[ _]failed[ _]requeued[ _]held$/i.test(reason);
}

/** Why pilots wait, in words, with what to do where waiting may not be enough. */
export function describeWaiting(reason: string): string {
  const plain = reason.replace(/,.*$/, "");
  const lasting = ownValue(LASTING, plain);
  if (lasting) return `${lasting[0]} (${CANCEL} ${lasting[1]})`;
  if (isLaunchFailure(reason)) return "held, since a node could not start them: scontrol release";
  if (PER_JOB_LIMIT.test(plain))
    return `a limit for one job is exceeded, ${plain} (${CANCEL} ask for less: walltime, cpusPerNode, memory or gpus)`;
  if (BUDGET.test(plain))
    return `the budget of the account or qos is used up, ${plain} (${CANCEL} choose another account or qos, or ask for more time)`;
  if (TOGETHER.test(plain)) return `for your or your group's other jobs to end, by the limit ${plain}`;
  return (
    ownValue(WAITING, plain) ??
    (reason === "" ? "for SLURM" : `SLURM says ${reason}${/held/i.test(reason) ? ": scontrol release" : ""}`)
  );
}
