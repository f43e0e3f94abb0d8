import { countOf, formatNumber } from "../../../compiler/format/amounts.js";
import type { BundleDescription } from "../../../compiler/format/bundle.js";
import { printableName } from "../../../compiler/format/control-characters.js";
import type { DeployPreview } from "../../deploy/preview-deploy.js";
import { lineOf } from "../../results/failure.js";
import type { Reason } from "../../results/select-jobs.js";
import type { Workspace } from "../../workspace/workspace.js";
import { describeSelection } from "./deploy.js";
import { sayPutRight } from "./results.js";
import type { Terminal } from "./terminal.js";

/** So many jobs are listed for people; all of them are in the document. */
const MOST_LISTED = 25;

export interface ShownPreview extends DeployPreview {
  readonly description: BundleDescription;
  /** the command of the first job, with its values */
  readonly command: string | undefined;
}

/** Says what a deploy would do: for each job why it would run, and of the first one the command. */
export function sayPreview(terminal: Terminal, workspace: Workspace, json: boolean, shown: ShownPreview): void {
  const { selection, runs, description, command, putRight } = shown;
  const { total, cached, left, wanted, why } = selection;
  if (json) {
    const jobs = [...wanted.values()].map(({ number, name }) => ({ job: name, why: why.get(number) }));
    const { target } = description;
    terminal.printDocument("deploy", {
      target,
      total,
      cached,
      left,
      runs,
      jobs,
      ...putRight,
      command: command ?? null,
    });
    return;
  }
  for (const { run, active, ended, jobs } of runs) {
    const count = `${formatNumber(ended)} of its ${countOf(jobs, "job")} have ended`;
    terminal.print(
      active
        ? `run ${run} of an earlier deploy still goes on: it would be followed first; ${count}`
        : `run ${run} of an earlier deploy would be collected first: ${count}`,
    );
  }
  terminal.print(describeSelection({ ...selection, wanted: wanted.size }));
  sayJobs(terminal, shown);
  sayPutRight({ ...terminal, say: terminal.print }, workspace, { ...putRight, removedBytes: 0 }, true);
  const [first] = wanted.values();
  if (!first || command === undefined) return;
  terminal.print(`the command of ${printableName(first.name)}:`);
  for (const line of command.split("\n")) terminal.print(line === "" ? "" : `  ${line}`);
}

function sayJobs(terminal: Terminal, { selection, description }: ShownPreview): void {
  const { wanted, why } = selection;
  const listed = [...wanted.values()].slice(0, MOST_LISTED);
  const widest = Math.max(0, ...listed.map(({ number }) => (why.get(number) as Reason).length));
  for (const job of listed) {
    const line = lineOf(job, description);
    const text = line === undefined ? "" : `: ${line.slice(0, 80)}`;
    terminal.print(`  ${(why.get(job.number) as Reason).padEnd(widest)}  ${printableName(job.name)}${text}`);
  }
  const more = wanted.size - listed.length;
  if (more > 0) terminal.print(`  and ${formatNumber(more)} more; --json lists all`);
}
