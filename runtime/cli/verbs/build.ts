import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Built } from "../../../compiler/build.js";
import { compareWithoutInputs } from "../../../compiler/check-without-inputs.js";
import { countOf, firstOf, formatBytes, formatNumber, formatSeconds } from "../../../compiler/format/amounts.js";
import { type BundledTreeEntry, describedIn, readBundleDescription } from "../../../compiler/format/bundle.js";
import { MACHINERY_FOLDER } from "../../../compiler/format/machinery.js";
import { quoteWord } from "../../../compiler/format/quote.js";
import { renewResultsModule } from "../../results/data/results-module.js";
import { keptBytes } from "../../results/kept-outputs.js";
import { hasReflinks } from "../../system/files.js";
import { RuntimeProblem } from "../../system/problem.js";
import { keepCheck } from "../../workspace/known-check.js";
import { prepareState, type Workspace } from "../../workspace/workspace.js";
import { EXIT, type ExitCode } from "../output/exit-codes.js";
import { sayNotes } from "../output/notes.js";
import { describeTreeUse, TreeListing } from "../output/tree.js";
import { fromHere } from "../output/where.js";
import { buildInto, type Compiled, compileDefinition } from "./compile-definition.js";
import type { Verb, VerbContext } from "./verb.js";

export interface BuildOptions {
  readonly out?: string;
  readonly check?: boolean;
  /** commander's name of --no-inputs: with --check, the data need not be there */
  readonly inputs?: boolean;
}

/**
 * @param swarm the swarm's name, where the folder is not its own: another swarm's definition may be called alike
 * @throws RuntimeProblem if the folder holds the bundle of another definition
 */
export function refuseForeignBundle({ folder: home }: Workspace, folder: string, source: string, swarm?: string): void {
  const other = describedIn(folder);
  if (other?.source === undefined) return;
  const isSame = swarm === undefined || other.swarm === swarm;
  // In the swarm's own folder, a definition that is gone was renamed.
  const wasRenamed = swarm === undefined && !existsSync(join(home, other.source));
  if (!isSame || (other.source !== source && !wasRenamed)) {
    throw new RuntimeProblem(
      `${folder} holds the bundle of another definition, ${other.source} of the swarm ${other.swarm}`,
      "move it elsewhere, or name another folder: --out FOLDER",
    );
  }
}

/** What has become of the machinery, in a few words; undefined if it is the same. */
export function describeMachinery({ machinery }: Pick<Built, "machinery">): string | undefined {
  if (!machinery) return undefined;
  const { before, now } = machinery;
  if (before === undefined) return `machinery ${now.version} in ${MACHINERY_FOLDER}/`;
  if (before.version !== now.version) return `machinery ${before.version} → ${now.version}`;
  return `machinery ${now.version}, which was not whole`;
}

export function writeBundle(
  compiled: Compiled,
  folder: string,
  onTreeEntry: (entry: BundledTreeEntry) => void = () => {},
): Built {
  refuseForeignBundle(compiled.workspace, folder, compiled.compilation.plan.source);
  prepareState(compiled.workspace);
  const built = buildInto(compiled, folder, true, { onTreeEntry });
  keepCheck(compiled.workspace, compiled.compilation.loaded.check);
  return withResultsModule(compiled.workspace, folder, built, true);
}

/** Adds what becomes of `results.ts`, which belongs to no target's bundle and is committed with all of them. */
function withResultsModule(workspace: Workspace, folder: string, built: Built, write: boolean): Built {
  const module = renewResultsModule(workspace, built.description, write);
  if (!module) return built;
  const { path, change, note } = module;
  return {
    ...built,
    changes: change === "same" ? built.changes : [...built.changes, { file: relative(folder, path), change }],
    notes: note === undefined ? built.notes : [...built.notes, { message: note }],
  };
}

/** What of the inputs is copied on this machine, and how much room that takes. */
function describeCopies({ state }: Workspace, { description, shared }: Built) {
  if (description.access !== null || shared.inputs === 0) return null;
  return { ...shared, takesRoom: !hasReflinks(state) };
}

/** What makes a bundle up to date. */
function buildCall(out: string | undefined): string {
  return out === undefined ? "locusts build" : `locusts build --out ${quoteWord(out)}`;
}

function tell(
  context: VerbContext,
  workspace: Workspace,
  folder: string,
  bundle: Built,
  listing: TreeListing,
  { check: checked = false, out }: BuildOptions,
): void {
  const { terminal } = context;
  const { description, changes } = bundle;
  const copies = describeCopies(workspace, bundle);
  const different = changes.filter(({ change }) => change !== "same");
  const shown = different.filter(({ change }) => change !== "machinery");
  if (context.json) {
    const { target, jobs, budget, pilots, tree } = description;
    const { notes, machinery = null } = bundle;
    const upToDate = different.length === 0;
    terminal.printDocument("build", {
      target,
      folder,
      jobs,
      budget,
      copies,
      pilots,
      tree,
      notes,
      upToDate,
      changes,
      machinery,
    });
    return;
  }
  const { report } = terminal;
  const place = fromHere(folder);
  report.say(`${description.swarm}: ${countOf(description.jobs, "job")} for the target ${description.target}`);
  report.say(
    `  uploads  ${countOf(description.uploads.entries, "entry", "entries")}, ${formatBytes(description.uploads.bytes)}`,
  );
  report.say(
    `  budget   ${countOf(description.budget.folders, "folder")}, ${countOf(description.budget.files, "file")} and ${formatBytes(description.budget.bytes)} on the target, beside what the jobs write`,
  );
  if (copies) {
    const room = copies.takesRoom
      ? formatBytes(copies.bytes)
      : `${formatBytes(copies.bytes)} that take no room of their own`;
    report.say(
      `  copies   ${countOf(copies.inputs, "input")}, ${room}, in ${fromHere(workspace.state)} until the run is over`,
    );
  }
  if (description.tree) {
    report.say(`  tree     ${describeTreeUse(description.tree)}`);
    for (const line of listing.lines()) report.say(`             ${line}`);
  }
  if (description.pilots) {
    const { nodes, successors, walltimeSeconds, nodeHours } = description.pilots;
    report.say(
      `  pilots   at most ${countOf(nodes, "node")} at a time, ${formatSeconds(walltimeSeconds)} each, with at most ${countOf(successors, "successor")} in the place of each: never more than ${formatNumber(nodeHours)} node-hours`,
    );
  }
  const kept = keptBytes(workspace);
  if (kept > 0)
    report.say(
      `  kept     ${formatBytes(kept)} of outputs of earlier versions in .locusts; locusts clean removes them`,
    );
  sayNotes(terminal, bundle.notes);
  const machinery = describeMachinery(bundle);
  const files = [
    ...(shown.length === 0
      ? []
      : [`${shown.map(({ file, change }) => (checked ? `${file} (${change})` : file)).join(", ")} in ${place}`]),
    ...(machinery === undefined ? [] : [machinery]),
  ].join("; ");
  if (different.length === 0) report.say(`  ${report.colors.green("up to date:")} ${place}`);
  else if (checked) {
    report.say(`  ${report.colors.yellow("not up to date:")} ${files}`);
    report.say(`  hint: run ${buildCall(out)}, and review what git diff shows`);
  } else report.say(`  written  ${files}`);
}

/** `build --check --no-inputs`: what of the bundle can be told to be out of date without the data. */
async function checkWithoutInputs(context: VerbContext, { out, check }: BuildOptions): Promise<ExitCode> {
  if (check !== true) {
    throw new RuntimeProblem(
      "--no-inputs is for build --check: a bundle holds what the inputs are",
      "give --check, or leave out --no-inputs",
    );
  }
  const { terminal } = context;
  const { compilation, target, bundle, workspace } = await compileDefinition(context, true);
  const folder = out === undefined ? bundle : resolve(out);
  const { jobs, total, ...compared } = compareWithoutInputs(compilation, folder);
  // A bundle that is up to date says all that `results.ts` depends on; another one is to be built anyway.
  const module =
    compared.files.length === 0 ? renewResultsModule(workspace, readBundleDescription(folder), false) : undefined;
  const files = module && module.change !== "same" ? [relative(folder, module.path)] : compared.files;
  const isSame = files.length === 0;
  if (context.json) {
    terminal.printDocument("build", { target, folder, jobs: total, upToDate: isSame, files, changedJobs: jobs });
  } else {
    const { report } = terminal;
    const place = fromHere(folder);
    report.say(
      `${compilation.plan.name}: ${countOf(total, "job")} for the target ${target}; their inputs were not looked at`,
    );
    if (isSame) report.say(`  ${report.colors.green("up to date:")} ${place}`);
    else {
      report.say(`  ${report.colors.yellow("not up to date:")} ${files.join(", ")} in ${place}`);
      if (jobs.length > 0) report.say(`  other jobs: ${firstOf(jobs, 5)}`);
      report.say(`  hint: run ${buildCall(out)} where the inputs are, and commit what it writes`);
    }
  }
  return isSame ? EXIT.fine : EXIT.differs;
}

export const build: Verb<BuildOptions> = async (context, options) => {
  if (options.inputs === false) return checkWithoutInputs(context, options);
  const compiled = await compileDefinition(context);
  const folder = options.out === undefined ? compiled.bundle : resolve(options.out);
  const { source, name } = compiled.compilation.plan;
  refuseForeignBundle(compiled.workspace, folder, source, options.out === undefined ? undefined : name);
  const listing = new TreeListing();
  const onTreeEntry = (entry: BundledTreeEntry) => listing.add(entry);
  const bundle = options.check
    ? withResultsModule(compiled.workspace, folder, buildInto(compiled, folder, false, { onTreeEntry }), false)
    : writeBundle(compiled, folder, onTreeEntry);
  tell(context, compiled.workspace, folder, bundle, listing, options);
  const same = bundle.changes.every(({ change }) => change === "same");
  return options.check && !same ? EXIT.differs : EXIT.fine;
};
