import { readFileSync } from "node:fs";
import { join } from "node:path";
import { structuredPatch } from "diff";
import { emitManager } from "../../../compiler/emit/manager.js";
import { countOf, firstOf, formatBytes } from "../../../compiler/format/amounts.js";
import { BUNDLE_FILES, readBundleDescription, readBundledJobs } from "../../../compiler/format/bundle.js";
import { Groups } from "../../../compiler/format/groups.js";
import { withoutVersion } from "../../../compiler/format/version.js";
import type { JobPlan } from "../../../compiler/plan/swarm-plan.js";
import { bundleFolder } from "../../workspace/workspace.js";
import { EXIT } from "../output/exit-codes.js";
import type { Terminal } from "../output/terminal.js";
import { describeMachinery } from "./build.js";
import { buildInto, compileDefinition } from "./compile-definition.js";
import type { Verb } from "./verb.js";

const MOST_LISTED = 10;

type Change =
  | "added"
  | "removed"
  | "params or paths"
  | "command, environment or rules"
  | "content of inputs"
  | "content of the tree";

const valuesOf = (...values: readonly (readonly string[])[]) => values.flat().join("\t");

/** The bundle as it is: what each job says by the job's name, and the names by the keys. */
function readOld(folder: string) {
  const jobs = new Map<string, string>();
  const keys = new Map<string, string>();
  try {
    const description = readBundleDescription(folder);
    for (const { name, key, params, inputs, outputs } of readBundledJobs(folder, description)) {
      jobs.set(name, valuesOf(params, inputs, outputs));
      keys.set(key, name);
    }
    const script = readFileSync(join(folder, BUNDLE_FILES.manager), "utf8").replaceAll("\r\n", "\n");
    return { description, jobs, keys, script };
  } catch {
    return { description: undefined, jobs: new Map<string, string>(), keys: new Map<string, string>(), script: "" };
  }
}

/** The lines of the script that differ, as `+` and `-` lines with their hunks. */
function scriptChanges(before: string, after: string): string[] {
  if (before === after) return [];
  return structuredPatch("", "", before, after, "", "", { context: 1 }).hunks.flatMap((hunk) => [
    `@@ line ${hunk.newStart} @@`,
    ...hunk.lines,
  ]);
}

export const diff: Verb<object> = async (context) => {
  const compiled = await compileDefinition(context);
  const { plan } = compiled.compilation;
  const folder = bundleFolder(compiled.workspace, plan.target.name);
  const old = readOld(folder);
  const script = scriptChanges(withoutVersion(old.script), withoutVersion(emitManager(plan)));
  const changes = new Groups<Change, string>();
  const others: { readonly name: string; readonly values: string }[] = [];
  const onJob = (job: JobPlan) => {
    // One that is known by its key is the same, also where another line before it has given it another name.
    const before = old.keys.get(job.key);
    const paths = job.inputs.map(({ path }) => path);
    if (before !== undefined) old.jobs.delete(before);
    else others.push({ name: job.name, values: valuesOf(job.params, paths, job.outputs) });
  };
  const bundle = buildInto(compiled, folder, false, { onJob });
  for (const { name, values } of others) {
    const before = old.jobs.get(name);
    old.jobs.delete(name);
    if (before === undefined) changes.add("added", name);
    else if (values !== before) changes.add("params or paths", name);
    else changes.add(script.length > 0 ? "command, environment or rules" : "content of inputs", name);
  }
  for (const name of old.jobs.keys()) changes.add("removed", name);
  // Which part of a key has changed cannot be told from the key; a tree is part of all of them.
  const inputs = changes.get("content of inputs");
  if (inputs && bundle.description.tree?.content?.digest !== old.description?.tree?.content?.digest) {
    changes.delete("content of inputs");
    changes.set("content of the tree", inputs);
  }
  const files = bundle.changes.filter(({ change }) => change !== "same");
  const bytes = bundle.description.uploads.bytes - (old.description?.uploads.bytes ?? 0);
  if (context.json) {
    const jobs = Object.fromEntries(changes);
    const { machinery = null } = bundle;
    context.terminal.printDocument({ target: plan.target.name, files, jobs, script, machinery, uploadBytes: bytes });
  } else {
    const own = files.filter(({ change }) => change !== "machinery").map(({ file, change }) => `${file} (${change})`);
    sayDiff(context.terminal, changes, script, own, bytes, describeMachinery(bundle));
  }
  return files.length > 0 ? EXIT.differs : EXIT.fine;
};

function sayDiff(
  terminal: Terminal,
  changes: ReadonlyMap<Change, readonly string[]>,
  script: readonly string[],
  files: readonly string[],
  bytes: number,
  machinery: string | undefined,
): void {
  const { colors } = terminal;
  if (files.length === 0 && machinery === undefined) {
    terminal.say(`${colors.green("no difference:")} the bundle is up to date`);
    return;
  }
  for (const [change, jobs] of changes) {
    const what = change === "added" || change === "removed" ? change : `changed: ${change}`;
    terminal.print(`${countOf(jobs.length, "job")} ${what}`);
    terminal.print(`  ${firstOf(jobs, MOST_LISTED)}`);
  }
  if (script.length > 0) {
    terminal.print(`${BUNDLE_FILES.manager}`);
    for (const line of script) {
      const color = line.startsWith("+") ? colors.green : line.startsWith("-") ? colors.red : colors.dim;
      terminal.print(`  ${color(line)}`);
    }
  }
  if (bytes !== 0) terminal.print(`uploads: ${formatBytes(Math.abs(bytes))} ${bytes > 0 ? "more" : "less"}`);
  if (files.length > 0) terminal.print(`files: ${files.join(", ")}`);
  if (machinery !== undefined) terminal.print(machinery);
}
