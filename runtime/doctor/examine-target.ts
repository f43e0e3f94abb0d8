import type { Host } from "../hosts/host.js";
import { openHost } from "../hosts/open-host.js";
import { ConnectionLost } from "../hosts/script/script-run.js";
import { ThisMachine } from "../hosts/this-machine.js";
import { RuntimeProblem } from "../system/problem.js";
import { openCheckout } from "../workspace/checkout.js";
import { targetDirectory, type Workspace } from "../workspace/workspace.js";
import { examineDirectory, examineOwner, examineRoom } from "./directory-findings.js";
import { askHostFacts, type HostAnswer } from "./examine-host.js";
import { type Finding, fail, ok, skipped } from "./facts/finding.js";
import { readHostFacts } from "./facts/host-facts.js";
import type { Needs } from "./facts/needs.js";
import { examineClock, examineHost, examineStart } from "./host-findings.js";
import { examineSharedDirectory } from "./shared-directory.js";
import { examineTree } from "./tree-findings.js";

/** Each with its own way to fail; what is not one of these is a mistake of ours. */
function findingOf(name: string, error: unknown): Finding {
  if (error instanceof RuntimeProblem) return fail(name, error.message, error.hint ?? null);
  if (error instanceof ConnectionLost) return fail(name, error.message, "see whether the network and the host are up");
  throw error;
}

async function* examineTransferHost(
  access: NonNullable<Needs["access"]>,
  needs: Needs,
  options: ExamineOptions,
): AsyncGenerator<Finding> {
  if (access.transferHost === null) return;
  const name = "transfer host";
  const host = await openHost({ host: access.transferHost, ssh: access.ssh }, options);
  try {
    const answer = await askHostFacts(host, access.directory, { ...needs, pilots: null, modules: [], places: [] });
    const facts = readHostFacts(answer.host);
    const directory = examineDirectory(access.directory, facts);
    yield directory.status === "ok" ? ok(name, `${access.transferHost}: ${directory.message}`) : { ...directory, name };
  } catch (error) {
    yield findingOf(name, error);
  } finally {
    host.close();
  }
}

export interface ExamineOptions {
  /** remember the key of a host that was never seen before */
  readonly acceptNewHostKey: boolean;
}

async function timeStart(host: Host): Promise<Finding> {
  const begun = Date.now();
  try {
    await host.run("true");
  } catch (error) {
    return findingOf("start", error);
  }
  return examineStart(Date.now() - begun);
}

async function* examineSides(host: Host, needs: Needs, options: ExamineOptions): AsyncGenerator<Finding> {
  const { access } = needs;
  if (!access) return;
  if (access.sharedDirectory) {
    try {
      yield await examineSharedDirectory(host, access.sharedDirectory, access.directory);
    } catch (error) {
      yield findingOf("shared directory", error);
    }
  }
  yield* examineTransferHost(access, needs, options);
}

/** Looks for what would keep a swarm from running on a target, and leaves nothing. What is away is a finding. */
export async function* examineTarget(
  workspace: Workspace,
  target: string,
  needs: Needs,
  options: ExamineOptions,
): AsyncGenerator<Finding> {
  const { access, pilots, batch, budget } = needs;
  const directory = access?.directory ?? targetDirectory(workspace, target);
  let host: Host | undefined;
  let answer: HostAnswer;
  try {
    host = access ? await openHost(access, options) : new ThisMachine();
    answer = await askHostFacts(host, directory, needs, access === null);
  } catch (error) {
    host?.close();
    yield findingOf("connection", error);
    yield skipped("all else", "the target cannot be reached");
    return;
  }
  try {
    const facts = readHostFacts(answer.host);
    const remote = access !== null && access.host !== null;
    if (remote) yield ok("connection", `${host.name} answers, to ${facts.user}`);
    if (remote) yield await timeStart(host);
    yield* examineHost(facts, needs);
    const clock = remote ? examineClock(facts.time, answer.asked, answer.answered) : undefined;
    if (clock) yield clock;
    yield examineDirectory(directory, facts);
    if (access) yield examineOwner(facts, openCheckout(workspace.folder, workspace.state, false).id);
    yield* examineRoom(facts, { bytes: budget.bytes, inodes: budget.files + budget.folders });
    if (needs.tree) yield await examineTree(host, directory, needs.tree, pilots !== null);
    yield* examineSides(host, needs, options);
    if (!pilots || !batch) return;
    if (batch.programs.some((name) => facts.missing.includes(name))) {
      yield skipped(batch.name, "its programs are not to be found");
    } else yield* batch.judge(answer.batch, pilots, facts);
  } finally {
    host.close();
  }
}
