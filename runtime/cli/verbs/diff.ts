import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Built } from "../../../compiler/build.js";
import { emitManager } from "../../../compiler/emit/manager.js";
import type { BundledJob } from "../../../compiler/format/bundle.js";
import { namesIn, textOf } from "../../../compiler/format/file-access.js";
import { withoutVersion } from "../../../compiler/format/version.js";
import { RuntimeProblem } from "../../system/problem.js";
import { type RevisionBundles, takeBundlesOf } from "../../workspace/revision.js";
import { bundleFolder, openWorkspace } from "../../workspace/workspace.js";
import { diffAsMarkdown, type ShownDiff, sayDiff } from "../output/diff.js";
import { EXIT, type ExitCode } from "../output/exit-codes.js";
import { describeMachinery, refuseForeignBundle } from "./build.js";
import { compareBundles, readSide } from "./compare-bundles.js";
import { buildInto, compileDefinition, onBundledJob } from "./compile-definition.js";
import type { Verb, VerbContext } from "./verb.js";

export interface DiffOptions {
  /** a git revision, with whose bundle is compared; else with the one that lies here */
  readonly against?: string;
  readonly markdown?: boolean;
  /** commander's name of --no-inputs: compare the bundle that lies here, without its definition's data */
  readonly inputs?: boolean;
}

/** What was compared, and which of the bundle's files differ. */
interface Found extends Omit<ShownDiff, "against" | "files" | "machinery"> {
  readonly files: Built["changes"];
  readonly machinery: Built["machinery"];
}

async function compareDefinition(context: VerbContext, bundles: RevisionBundles | undefined): Promise<Found> {
  const compiled = await compileDefinition(context);
  const { plan } = compiled.compilation;
  const { target } = compiled;
  if (!bundles) refuseForeignBundle(compiled.workspace, compiled.bundle, plan.source);
  const folder = bundles?.bundle(target) ?? compiled.bundle;
  const jobs: BundledJob[] = [];
  const machinery = bundles && { machinery: bundles.machinery };
  const built = buildInto(compiled, folder, false, { ...machinery, onJob: onBundledJob(jobs) });
  const { description } = built;
  const before = readSide(folder);
  const comparison = compareBundles(before, {
    description,
    jobs: () => jobs,
    script: emitManager(plan, description.needs?.byJob),
  });
  const hasBefore = before.description !== undefined;
  return { ...comparison, target, swarm: plan.name, hasBefore, files: built.changes, machinery: built.machinery };
}

/** The one target whose bundle lies here. @throws RuntimeProblem if it cannot be told */
function bundledTarget({ place, target }: VerbContext): string {
  const { home } = openWorkspace(place);
  const names = namesIn(join(home, "bundle")).filter((name) => readSide(join(home, "bundle", name)).description);
  const chosen = target ?? (names.length === 1 ? names[0] : names.includes("local") ? "local" : undefined);
  if (chosen !== undefined && names.includes(chosen)) return chosen;
  throw new RuntimeProblem(
    names.length === 0
      ? `there is no bundle in ${home}`
      : `choose one of the bundles with --target: ${names.join(", ")}`,
    names.length === 0 ? "locusts build makes one, where the data are" : undefined,
  );
}

/** Compares the bundle that lies here with another, file by file. */
function compareCommitted(context: VerbContext, bundles: RevisionBundles): Found {
  const workspace = openWorkspace(context.place);
  const target = bundledTarget(context);
  const [before, after] = [bundles.bundle(target), bundleFolder(workspace, target)];
  const text = (folder: string, name: string) => withoutVersion(textOf(join(folder, name)) ?? "");
  const files = [...new Set([...namesIn(before), ...readdirSync(after)])].sort().map((file) => {
    const [had, has] = [namesIn(before).includes(file), namesIn(after).includes(file)];
    const change = !had ? "new" : !has ? "removed" : text(before, file) === text(after, file) ? "same" : "changed";
    return { file, change } as Built["changes"][number];
  });
  const [old, now] = [readSide(before), readSide(after)];
  const comparison = compareBundles(old, now);
  const hasBefore = old.description !== undefined;
  return { ...comparison, target, swarm: now.description?.swarm ?? "", hasBefore, files, machinery: undefined };
}

export const diff: Verb<DiffOptions> = async (context, options) => {
  const { against } = options;
  if (options.inputs === false && against === undefined) {
    throw new RuntimeProblem(
      "--no-inputs leaves nothing to compare with the bundle that lies here",
      "name a revision, with whose bundle it is compared: --against origin/main",
    );
  }
  const bundles = against === undefined ? undefined : takeBundlesOf(openWorkspace(context.place), against);
  try {
    const found =
      options.inputs === false
        ? compareCommitted(context, bundles as RevisionBundles)
        : await compareDefinition(context, bundles);
    return tell(context, found, options);
  } finally {
    bundles?.remove();
  }
};

function tell({ terminal, json }: VerbContext, found: Found, { against, markdown }: DiffOptions): ExitCode {
  const { target, machinery, jobs, script, uploadBytes, command, needs, nodeHours } = found;
  const files = found.files.filter(({ change }) => change !== "same");
  const shown: ShownDiff = {
    ...found,
    against: against === undefined ? "the bundle" : `the bundle of ${against}`,
    files: files.filter(({ change }) => change !== "machinery").map(({ file, change }) => `${file} (${change})`),
    machinery: describeMachinery({ machinery }),
  };
  if (json) {
    terminal.printDocument("diff", {
      target,
      against: against ?? null,
      hasBefore: found.hasBefore,
      files,
      jobs: Object.fromEntries(jobs),
      script,
      command,
      needs,
      nodeHours,
      machinery: machinery ?? null,
      uploadBytes: uploadBytes.after - uploadBytes.before,
    });
  } else if (markdown) terminal.print(diffAsMarkdown(shown));
  else sayDiff(terminal, shown);
  return files.length > 0 ? EXIT.differs : EXIT.fine;
}
