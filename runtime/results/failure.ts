import { type BundleDescription, type BundledJob, LINE_PARAMS } from "../../compiler/format/bundle.js";
import type { JobResult } from "./ledger.js";
import { logNameOf } from "./logs.js";

/** A job that has failed, as people are told of it. */
export interface Failure extends JobResult {
  /** what sets it apart, in the order of the swarm's params */
  readonly params: readonly string[];
  /** what its logs are called */
  readonly log: string;
  /** the command that it is, where jobs are the lines of a list */
  readonly line: string | undefined;
}

/** What is told of a failed job: it is called as the definition has it now. */
export function asFailure(job: BundledJob, result: JobResult, description: BundleDescription): Failure {
  const { name, params } = job;
  return { ...result, name, params, log: logNameOf(result, description), line: lineOf(job, description) };
}

/** The command that a job is, where jobs are the lines of a list. */
export function lineOf({ params }: Pick<BundledJob, "params">, description: BundleDescription): string | undefined {
  return description.runsLines ? params[description.params.indexOf(LINE_PARAMS.line)] : undefined;
}
