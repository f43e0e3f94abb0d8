import type { HostFacts } from "../facts/host-facts.js";
import { type LimitSource, readLimits } from "./accounting-limits.js";
import { type Answer, type Question, readTable } from "./answers.js";
import type { Submitter } from "./partition-findings.js";
import type { Partition } from "./partitions.js";
import type { PilotRequest } from "./pilot-request.js";

/** What accounting knows of whoever submits; all of it may be empty. */
export type Accounts = Readonly<ReturnType<typeof readAccounts>>;

/** Works out by which account and qos a pilot would run, as SLURM does it. */
export function readAccounts(
  answers: ReadonlyMap<Question, Answer>,
  request: PilotRequest,
  facts: Pick<HostFacts, "user" | "groups">,
) {
  const associations = readTable(answers.get("associations"));
  const ofUser = readTable(answers.get("user"))[0]?.get("Def Acct");
  const accounts = [...new Set(associations.map((row) => row.get("Account") ?? ""))];
  const account = request.account ?? (ofUser || (accounts.length === 1 ? accounts[0] : undefined));
  // One that is for a partition goes before one that is for all.
  const own = associations.filter((row) => row.get("Account")?.toLowerCase() === account?.toLowerCase());
  const association =
    own.find((row) => request.partitions.includes(row.get("Partition") ?? "")) ??
    own.find((row) => !row.get("Partition"));
  const allowed = (association?.get("QOS") ?? "").split(",").filter((name) => name !== "");
  const standard = association?.get("Def QOS") || (allowed.length === 1 ? allowed[0] : undefined);
  const qosRows = readTable(answers.get("qos"));
  const normal = qosRows.some((row) => row.get("Name") === "normal") ? "normal" : undefined;
  const qos = request.qos ?? standard ?? (associations.length > 0 ? normal : undefined);
  const submitter: Submitter = { user: facts.user, groups: facts.groups, account, qos };
  return {
    submitter,
    /** accounts that the user may use, in the given partition or in all */
    accounts,
    /** qos that the account allows; empty: not known, as of the next one, those that exist */
    qos: allowed,
    allQos: qosRows.map((row) => row.get("Name") ?? ""),
    association,
    qosRows,
  };
}

/** Where limits come from, the first that sets one before the others: the partition's qos, the job's, the account. */
export function listLimitSources(accounts: Accounts, partition: Partition): LimitSource[] {
  const row = (name: string | undefined) => accounts.qosRows.find((one) => one.get("Name") === name);
  const [ofPartition, ofJob] = [row(partition.qos), row(accounts.submitter.qos)];
  const jobFirst = /OverPartQOS/.test(ofJob?.get("Flags") ?? "");
  const qos = (jobFirst ? [ofJob, ofPartition] : [ofPartition, ofJob]).filter((one) => one !== undefined);
  return [
    ...[...new Set(qos)].map((row) => readLimits(row, "qos")),
    ...(accounts.association ? [readLimits(accounts.association, "account")] : []),
  ];
}
