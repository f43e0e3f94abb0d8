import { join } from "node:path";
import { structuredPatch } from "diff";
import {
  BUNDLE_FILES,
  type BundleDescription,
  type BundledJob,
  describedIn,
  readBundledJobs,
} from "../../../compiler/format/bundle.js";
import { textOf } from "../../../compiler/format/file-access.js";
import { Groups } from "../../../compiler/format/groups.js";
import { isSameButCommon } from "../../../compiler/format/job-key.js";
import { withoutVersion } from "../../../compiler/format/version.js";
import type { Comparison } from "../output/diff.js";

type JobChange =
  | "added"
  | "removed"
  | "renamed"
  | "params or paths"
  | "command, environment or rules"
  | "content of inputs"
  | "with other needs"
  | "content of the tree"
  | "keys of another version, which cannot be compared";

/** A bundle, or what a definition would make of it. */
export interface BundleSide {
  /** undefined: there is none */
  readonly description: BundleDescription | undefined;
  jobs(): Iterable<BundledJob>;
  /** manager.sh */
  readonly script: string;
}

const NOTHING: BundleSide = { description: undefined, jobs: () => [], script: "" };

/** What lies in a bundle's folder; nothing if there is no bundle that can be read. */
export function readSide(folder: string): BundleSide {
  const description = describedIn(folder);
  const script = textOf(join(folder, BUNDLE_FILES.manager))?.replaceAll("\r\n", "\n");
  if (!description || script === undefined) return NOTHING;
  return { description, jobs: () => readBundledJobs(folder, description), script };
}

const valuesOf = ({ params, inputs, outputs }: BundledJob) => [...params, ...inputs, ...outputs].join("\t");

function changedLines(before: string, after: string): string[] {
  if (before === after) return [];
  return structuredPatch("", "", before, after, "", "", { context: 1 }).hunks.flatMap((hunk) => [
    `@@ line ${hunk.newStart} @@`,
    ...hunk.lines,
  ]);
}

/** The text of the command's function in manager.sh. */
function commandIn(script: string): string {
  const [, command = ""] = /^locusts_command\(\) \{\n(.*?)\n\}$/ms.exec(script) ?? [];
  return `${command.trim().replaceAll("$locusts_exec ", "")}\n`;
}

/** Settings of manager.sh, by what they are to people. */
const NEEDS: Readonly<Record<string, string>> = {
  locusts_job_cpus: "cores of a job",
  locusts_job_memory: "memory of a job, in MB",
  locusts_job_gpus: "GPUs of a job",
  locusts_time_limit: "time limit of a job, in seconds",
  locusts_retries: "retries",
  locusts_slots: "jobs at a time",
};

function needsIn({ script, description }: BundleSide): ReadonlyMap<string, string> {
  const needs = new Map<string, string>();
  for (const [, name, value] of script.matchAll(/^(locusts_\w+)='?([^'\s]*)'?(?: #.*)?$/gm)) {
    const what = NEEDS[name as string];
    if (what !== undefined) needs.set(what, value === "" ? "as many as fit" : (value as string));
  }
  const { pilots } = description ?? {};
  if (pilots) {
    needs.set("nodes", String(pilots.nodes));
    needs.set("walltime, in seconds", String(pilots.walltimeSeconds));
  }
  return needs;
}

function compareNeeds(before: BundleSide, after: BundleSide) {
  if (!before.description) return [];
  const [old, now] = [needsIn(before), needsIn(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((what) => {
    const change = { what, before: old.get(what) ?? "none", after: now.get(what) ?? "none" };
    return change.before === change.after ? [] : [change];
  });
}

/** A job of the bundle before, as far as it is compared. */
interface JobBefore {
  readonly name: string;
  readonly values: string;
  readonly key: string;
  readonly needs: string | undefined;
}

function compareJobs(before: BundleSide, after: BundleSide, hasOtherScript: boolean) {
  const known = new Map<string, JobBefore>();
  const keys = new Map<string, JobBefore>();
  for (const job of before.jobs()) {
    const { name, key } = job;
    const old = { name, values: valuesOf(job), key, needs: job.needs?.join("\t") };
    known.set(name, old);
    keys.set(key, old);
  }
  const [old, now] = [before.description?.commonKey, after.description?.commonKey];
  const hasSameParams = before.description?.params.join("\t") === after.description?.params.join("\t");
  const changes = new Groups<JobChange, string>();
  const others: BundledJob[] = [];
  let total = 0;
  for (const job of after.jobs()) {
    total += 1;
    // One that is known by its key is the same, also where another line before it has given it another name.
    const same = keys.get(job.key) ?? (job.olderKey === undefined ? undefined : keys.get(job.olderKey));
    if (same !== undefined) {
      known.delete(same.name);
      // Lines of a list are called by their numbers: most of them move when one is put in.
      if (same.name !== job.name && !after.description?.runsLines) changes.add("renamed", job.name);
      else if (same.needs !== undefined && job.needs && same.needs !== job.needs.join("\t"))
        changes.add("with other needs", job.name);
    } else others.push(job);
  }
  for (const job of others) {
    const { name } = job;
    const was = known.get(name);
    known.delete(name);
    if (was === undefined) changes.add("added", name);
    else if (!hasSameParams || valuesOf(job) !== was.values) changes.add("params or paths", name);
    // Of keys of an earlier version it cannot be told which part has changed.
    else if (old === undefined || now === undefined) {
      if (old !== now && job.olderKey === undefined)
        changes.add("keys of another version, which cannot be compared", name);
      else changes.add(hasOtherScript ? "command, environment or rules" : "content of inputs", name);
    } else changes.add(isSameButCommon(job.key, was.key) ? "command, environment or rules" : "content of inputs", name);
  }
  for (const name of known.keys()) changes.add("removed", name);
  // A tree is part of what all jobs have in common.
  const common = old === undefined ? "content of inputs" : "command, environment or rules";
  const all = changes.get(common);
  if (
    all &&
    !hasOtherScript &&
    after.description?.tree?.content?.digest !== before.description?.tree?.content?.digest
  ) {
    changes.delete(common);
    changes.set("content of the tree", all);
  }
  return { changes, total };
}

export function compareBundles(before: BundleSide, after: BundleSide): Comparison {
  const script = changedLines(withoutVersion(before.script), withoutVersion(after.script));
  const { changes, total } = compareJobs(before, after, script.length > 0);
  const numbers = (of: (description: BundleDescription) => number) => ({
    before: before.description ? of(before.description) : 0,
    after: after.description ? of(after.description) : 0,
  });
  return {
    jobs: changes,
    command: changedLines(commandIn(before.script), commandIn(after.script)),
    script,
    needs: compareNeeds(before, after),
    nodeHours: numbers(({ pilots }) => pilots?.nodeHours ?? 0),
    uploadBytes: numbers(({ uploads }) => uploads.bytes),
    total,
  };
}
