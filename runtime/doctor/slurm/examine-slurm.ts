import { explainRefusal } from "../../schedulers/slurm/explain-refusal.js";
import type { PilotNeeds } from "../facts/batch-examination.js";
import { type Finding, fail, ok, skipped, warn } from "../facts/finding.js";
import type { HostFacts } from "../facts/host-facts.js";
import { type Answer, type Question, readAnswers } from "./answers.js";
import { type Configuration, readConfiguration } from "./configuration.js";
import { examineAccounts, examineLimits, readQueue } from "./limit-findings.js";
import { examineNodes, examinePartitionLimits } from "./node-findings.js";
import { readNodeKinds } from "./node-kinds.js";
import { choosePartitions, examinePartition } from "./partition-findings.js";
import { type Partition, readPartitions } from "./partitions.js";
import {
  examineArrays,
  examineCores,
  examineMemory,
  examineScratch,
  examineSuccessors,
  sayBound,
} from "./pilot-findings.js";
import { type PilotRequest, readRequest } from "./pilot-request.js";
import { type Accounts, listLimitSources, readAccounts } from "./submitter.js";

const AWAY_HINT = "SLURM's controller is away: try again in some minutes, or ask the cluster's administrators";

/** What `sbatch --test-only` says where nodes are missing, be it for now: asked in earnest, it takes such pilots. */
const MAY_PASS = /Requested node configuration is not available|Required node not available|[Nn]odes? .*reserved/;

interface Case {
  readonly needs: PilotNeeds;
  readonly request: PilotRequest;
  readonly answers: ReadonlyMap<Question, Answer>;
  readonly accounts: Accounts;
  readonly configuration: Configuration;
}

const fails = (findings: readonly Finding[]) => findings.some(({ status }) => status === "fail");

function examineController(answers: ReadonlyMap<Question, Answer>, configuration: Configuration): Finding {
  const ping = answers.get("ping");
  if (ping?.code === 124) return fail("controller", "SLURM's controller has not answered for 20 s", AWAY_HINT);
  if (!ping || !/ is UP/.test(ping.text)) {
    // There is a box of asterisks around what should be done about it.
    const said = ping?.text.split("\n").find((line) => /is DOWN|error|fatal/i.test(line)) ?? "";
    return fail("controller", `SLURM's controller does not answer${said === "" ? "" : `: ${said}`}`, AWAY_HINT);
  }
  return ok("controller", `SLURM ${configuration.version} answers`);
}

function* examineVariables(chosen: readonly string[], ignored: readonly string[]): Generator<Finding> {
  if (chosen.length > 0) yield ok("variables", `the environment there adds ${chosen.join(" ")}`);
  if (ignored.length === 0) return;
  const hint = "what is meant for this swarm belongs into its definition";
  yield warn("variables", `the environment there has ${ignored.join(" ")}, which does not count`, hint);
}

function* examineOnePartition(partition: Partition, found: Case): Generator<Finding> {
  const { needs, request, answers, accounts, configuration } = found;
  yield examinePartition(partition, request, accounts.submitter);
  const sources = configuration.enforcesLimits ? listLimitSources(accounts, partition) : [];
  const mayExceedTime = sources.some(({ exceedsPartitionTime }) => exceedsPartitionTime);
  yield* examinePartitionLimits(request, partition, mayExceedTime);
  const nodes = answers.get("nodes");
  if (nodes?.code === 0) {
    const kinds = readNodeKinds(nodes.text).filter((kind) => kind.partition === partition.name);
    yield* examineNodes(request, partition.name, kinds, needs.count);
  } else yield skipped("nodes", "sinfo has not answered");
  yield* examineMemory(needs, request, partition, configuration);
  const queue = answers.get("queue");
  if (configuration.enforcesLimits && answers.get("qos")?.code !== 0) {
    yield skipped("submit limit", "SLURM's accounting (sacctmgr) has not answered");
  } else if (configuration.enforcesLimits) {
    yield* examineLimits(sources, request, needs, readQueue(queue?.code === 0 ? queue.text : ""));
  } else yield ok("submit limit", "the cluster enforces none");
  yield examineSuccessors(needs, partition);
}

/** Of several partitions, a pilot runs in the first that has room: one that will do is enough. */
function examinePartitions(partitions: readonly Partition[], found: Case): Finding[] {
  const all = partitions.map((partition) => [...examineOnePartition(partition, found)]);
  return all.find((findings) => !fails(findings)) ?? all[0] ?? [];
}

function examineSubmission(sbatch: Answer | undefined, before: readonly Finding[]): Finding {
  if (!sbatch) return skipped("sbatch", "it was not asked");
  if (sbatch.code === 0) return ok("sbatch", "it would take the pilots");
  if (sbatch.code === 124) {
    const hint = "the cluster may have as many jobs as it can hold, or be very busy: try again in some minutes";
    return warn("sbatch", "it has not answered for 20 s", hint);
  }
  const message = sbatch.text.replace(/^allocation failure: /gm, "sbatch: error: Batch job submission failed: ");
  const refusal = explainRefusal(message);
  if (MAY_PASS.test(message) && !fails(before)) {
    const hint = "if nodes are drained, down or reserved, the pilots wait until that has passed: sinfo -R tells why";
    return warn("sbatch", "it finds no node for the pilots at the moment", hint);
  }
  // What was found by itself is said better than sbatch says it.
  return fail("sbatch", refusal.message, fails(before) ? null : (refusal.hint ?? null));
}

export function examineSlurm(text: string, needs: PilotNeeds, facts: Pick<HostFacts, "user" | "groups">): Finding[] {
  const answers = readAnswers(text);
  const configuration = readConfiguration(answers.get("config")?.text ?? "");
  const controller = examineController(answers, configuration);
  const bound = sayBound(needs);
  if (controller.status === "fail") return [controller, skipped("pilots", "all that SLURM would have to say"), bound];
  const linesOf = (question: Question) => (answers.get(question)?.text ?? "").split("\n").filter((line) => line !== "");
  const request = readRequest([...needs.directives, ...linesOf("chosen")]);
  const accounts = readAccounts(answers, request, facts);
  const findings: Finding[] = [controller, ...examineVariables(linesOf("chosen"), linesOf("ignored"))];
  if (configuration.enforcesAssociations && answers.get("associations")?.code !== 0) {
    findings.push(skipped("account", "SLURM's accounting (sacctmgr) has not answered"));
  } else if (configuration.enforcesAssociations) findings.push(...examineAccounts(accounts, request));
  const partitions = answers.get("partitions");
  if (partitions?.code === 0) {
    const chosen = choosePartitions(readPartitions(partitions.text), request);
    if ("status" in chosen) findings.push(chosen);
    else findings.push(...examinePartitions(chosen, { needs, request, answers, accounts, configuration }));
  } else findings.push(skipped("partition", "scontrol show partition has not answered"));
  const arrays = examineArrays(needs, configuration);
  if (arrays) findings.push(arrays);
  const scratch = examineScratch(needs.scratch);
  if (scratch) findings.push(scratch);
  const cores = examineCores(needs, configuration);
  if (cores) findings.push(cores);
  findings.push(examineSubmission(answers.get("sbatch"), findings), bound);
  return findings;
}
