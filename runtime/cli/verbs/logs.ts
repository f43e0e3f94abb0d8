import { existsSync } from "node:fs";
import { join } from "node:path";
import { formatBytes } from "../../../compiler/format/amounts.js";
import type { BundledJob } from "../../../compiler/format/bundle.js";
import { withoutControlCharacters } from "../../../compiler/format/control-characters.js";
import { asFailedSwarm, type DeployedSwarm } from "../../collect/deployed-swarm.js";
import { type KnownJob, lookAtJob } from "../../collect/look-at-job.js";
import { asFailure, type Failure } from "../../results/failure.js";
import { clusterSwarm } from "../../results/failures/cluster-swarm.js";
import type { JobResult } from "../../results/ledger.js";
import { logNameOf, logPath, readLogTail, STREAMS, type Stream } from "../../results/logs.js";
import { RuntimeProblem } from "../../system/problem.js";
import { CommandLines } from "../output/command-lines.js";
import { EXIT } from "../output/exit-codes.js";
import { describeClusters, sayCluster, wordsOf } from "../output/failures.js";
import { describeJob, sayJob, sayNoLogs } from "../output/job.js";
import { fromHere } from "../output/where.js";
import { findJob } from "./find-job.js";
import { followLogs } from "./follow-logs.js";
import { useDeployed } from "./use-deployed.js";
import type { Verb, VerbContext } from "./verb.js";

export interface LogsOptions {
  readonly follow?: boolean;
  readonly job?: string;
}

/** Of a log that is longer, so many bytes of its end are in the document for programs. */
const MOST_IN_JSON = 10 << 20;

/** A log in results/, and whether it is this job's: it is of whatever has ended last under the name. */
function logInResults({ ledger, description, workspace }: DeployedSwarm, job: BundledJob, stream: Stream) {
  const named = ledger.get(job.key) ?? job;
  const path = join(workspace.results, logPath(logNameOf(named, description), stream));
  if (!existsSync(path)) return undefined;
  return { path, isOwn: description.runsLines || (ledger.lastNamed(named.name)?.key ?? job.key) === job.key };
}

function collectedLog(deployed: DeployedSwarm, job: BundledJob, stream: Stream): string | undefined {
  const log = logInResults(deployed, job, stream);
  return log?.isOwn ? log.path : undefined;
}

/** A failed job's name, and what it has died of; of a line of a list of commands, also its text. Between them are tabs. */
function lineAbout(failure: Failure): string {
  const fields = [failure.name, wordsOf(failure), ...(failure.line === undefined ? [] : [failure.line])];
  return fields.map((field) => withoutControlCharacters(field)).join("\t");
}

function clusterFailed(deployed: DeployedSwarm, failed: readonly BundledJob[]) {
  const { description, ledger } = deployed;
  const failures = failed.map((job) => asFailure(job, ledger.get(job.key) as JobResult, description));
  return clusterSwarm(asFailedSwarm(deployed), failures);
}

/** `locusts logs`: what a job has printed; without a job's name, which jobs have logs. */
export const logs: Verb<LogsOptions> = (context, options) =>
  useDeployed(context, "look", async (deployed) => {
    const { terminal } = context;
    if (options.follow === true && context.json) {
      throw new RuntimeProblem("--follow shows what jobs print, which is no document", "leave out --json, or --follow");
    }
    if (options.follow === true && options.job === undefined) {
      if (!(await followLogs(terminal, deployed, undefined))) terminal.say("no job runs: locusts status tells more");
      return EXIT.fine;
    }
    if (options.job === undefined) {
      const failed = [...deployed.jobs()].filter((job) => deployed.ledger.get(job.key)?.status === "failed");
      if (context.json) {
        const jobs = failed.map((job) => ({
          job: job.name,
          cause: deployed.ledger.get(job.key)?.cause,
          exitCode: deployed.ledger.get(job.key)?.exitCode,
          out: collectedLog(deployed, job, "out") ?? null,
          err: collectedLog(deployed, job, "err") ?? null,
        }));
        const clusters = describeClusters(clusterFailed(deployed, failed));
        terminal.printDocument("logs", { target: deployed.target, jobs, clusters });
      } else if (failed.length === 0) terminal.say("no job has failed; name one: locusts logs --job NAME");
      else {
        const commands = new CommandLines(deployed);
        for (const cluster of clusterFailed(deployed, failed)) {
          sayCluster(terminal, cluster, commands, false);
          for (const failure of cluster.jobs) terminal.print(lineAbout(failure));
        }
      }
      return EXIT.fine;
    }
    const job = findJob(deployed, options.job);
    // What has ended, or does not run at all, is shown as it is.
    if (options.follow === true && (await followLogs(terminal, deployed, job))) return EXIT.fine;
    const known = await lookAtJob(deployed, job);
    try {
      await showJob(context, deployed, known);
    } finally {
      known.forget();
    }
    return EXIT.fine;
  });

/** Shows what a job has printed, and how it stands. */
async function showJob({ terminal, json }: VerbContext, deployed: DeployedSwarm, known: KnownJob): Promise<void> {
  const { job } = known;
  const commands = new CommandLines(deployed);
  // What was collected is of an earlier try than the one that runs.
  const isAtWork = known.running !== undefined || known.isEnding;
  const pathOf = (stream: Stream) => known.logs[stream] ?? (isAtWork ? undefined : collectedLog(deployed, job, stream));
  const paths = { out: pathOf("out"), err: pathOf("err") };
  if (json) {
    const tailOf = (path: string | undefined) => (path === undefined ? undefined : readLogTail(path, MOST_IN_JSON));
    const tails = { out: tailOf(paths.out), err: tailOf(paths.err) };
    const omitted = { out: tails.out?.omitted ?? 0, err: tails.err?.omitted ?? 0 };
    terminal.printDocument("logs", {
      target: deployed.target,
      job: job.name,
      out: tails.out?.text ?? null,
      err: tails.err?.text ?? null,
      ...describeJob(known, commands),
      ...(omitted.out + omitted.err > 0 ? { omittedBytes: omitted } : {}),
    });
    for (const stream of STREAMS) {
      if (omitted[stream] === 0) continue;
      terminal.say(`the first ${formatBytes(omitted[stream])} are left out; all of it is in ${paths[stream]}`);
    }
    return;
  }
  sayJob(terminal, known, commands);
  if (paths.out === undefined && paths.err === undefined) {
    sayNoLogs(terminal, known, deployed.ledger.get(job.key) !== undefined || known.folder !== undefined);
    for (const stream of STREAMS) {
      const log = logInResults(deployed, job, stream);
      if (log?.isOwn !== false) continue;
      const path = fromHere(log.path);
      terminal.say(`${path} is of another version of this job, or of another job that had its name`);
    }
    return;
  }
  for (const stream of STREAMS) {
    const path = paths[stream];
    if (path === undefined) continue;
    const what = stream === "out" ? "output" : "error";
    terminal.say(terminal.colors.dim(`==> standard ${what}: ${fromHere(path)}`));
    if (!(await terminal.printFile(path, commands.translatorOf(stream, job.name)))) break;
  }
}
