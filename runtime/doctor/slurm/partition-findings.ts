import { type Finding, fail, ok } from "../facts/finding.js";
import type { Partition } from "./partitions.js";
import type { PilotRequest } from "./pilot-request.js";

export interface Submitter {
  readonly user: string;
  readonly groups: readonly string[];
  /** undefined: not known */
  readonly account: string | undefined;
  readonly qos: string | undefined;
}

const STATES: Readonly<Record<string, string>> = {
  DOWN: "it takes jobs, and starts none",
  DRAIN: "it takes no new jobs",
  INACTIVE: "it neither takes nor starts jobs",
};

/** Is a name of SLURM's in a list? It takes capitals for the same. */
export const includes = (list: readonly string[], name: string) =>
  list.some((one) => one.toLowerCase() === name.toLowerCase());

export function examinePartition(partition: Partition, request: PilotRequest, submitter: Submitter): Finding {
  const { name, state, allowedAccounts, allowedGroups, allowedQos } = partition;
  const { account, qos, user, groups } = submitter;
  const other = "choose another one: sinfo -s";
  if (state !== "UP") {
    const message = `the partition ${name} is ${state.toLowerCase()}: ${STATES[state] ?? "it starts no jobs"}`;
    return fail("partition", message, "choose another one (sinfo -s), or wait until it is up");
  }
  if (partition.rootOnly && user !== "root") return fail("partition", `${name} is for root alone`, other);
  if (allowedGroups && !groups.some((group) => allowedGroups.includes(group))) {
    return fail("partition", `${name} is for the groups ${allowedGroups.join(", ")}, and ${user} is in none`, other);
  }
  if (account !== undefined) {
    if (allowedAccounts ? !includes(allowedAccounts, account) : includes(partition.deniedAccounts, account)) {
      const message = `${name} is not for the account ${account}${allowedAccounts ? `, but for ${allowedAccounts.join(", ")}` : ""}`;
      return fail("partition", message, "choose another account or partition");
    }
  }
  if (qos !== undefined) {
    if (allowedQos ? !includes(allowedQos, qos) : includes(partition.deniedQos, qos)) {
      const message = `${name} does not allow the qos ${qos}${allowedQos ? `, but ${allowedQos.join(", ")}` : ""}`;
      return fail("partition", message, "choose another qos or partition");
    }
  }
  if (partition.needsReservation && request.reservation === undefined) {
    return fail("partition", `${name} is for reservations alone`, "name yours: reservation; scontrol show reservation");
  }
  return ok("partition", `${name} is up${partition.isDefault ? ", and the default" : ""}`);
}

/** The partitions that pilots may go to; or what is wrong with the choice. */
export function choosePartitions(
  partitions: readonly Partition[],
  request: PilotRequest,
): readonly Partition[] | Finding {
  const all = partitions.map(({ name }) => name).join(", ");
  if (request.partitions.length === 0) {
    const standard = partitions.filter(({ isDefault }) => isDefault);
    if (standard.length > 0) return standard;
    return fail("partition", "the cluster has no default partition, and the target names none", `name one of ${all}`);
  }
  const missing = request.partitions.find((name) => !partitions.some((partition) => partition.name === name));
  if (missing !== undefined) {
    return fail("partition", `there is no partition ${missing}`, `choose one of ${all}`);
  }
  return partitions.filter(({ name }) => request.partitions.includes(name));
}
