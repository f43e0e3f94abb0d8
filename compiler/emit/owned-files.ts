import { lstatSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { BUNDLE_FILES, type BundleDescription } from "../format/bundle.js";
import { removeOldDrafts } from "../format/write-atomically.js";
import type { SwarmPlan } from "../plan/swarm-plan.js";
import { ProblemsFound } from "../problem/problem.js";

const ALL_NAMES: readonly string[] = Object.values(BUNDLE_FILES);

/** A draft that nobody has touched for so long was left by a build that was killed. */
const OLD_DRAFT_MILLISECONDS = 60 * 60 * 1000;

export function bundleFileNames({ target, program, tree }: SwarmPlan): readonly string[] {
  const { manager, pilot, submit, jobs, uploads, layout, description } = BUNDLE_FILES;
  return [
    description,
    jobs,
    layout,
    manager,
    uploads,
    ...(target.pilots ? [pilot, submit] : []),
    ...(program === undefined ? [] : [BUNDLE_FILES.program]),
    ...(tree && tree.mode !== "inPlace" ? [BUNDLE_FILES.tree] : []),
  ].sort();
}

/** What a `bundle.json` says; undefined if there is none, or it is not what Locusts writes. */
export function descriptionIn(folder: string): Partial<BundleDescription> | undefined {
  try {
    const text = readFileSync(join(folder, BUNDLE_FILES.description), "utf8");
    const found = JSON.parse(text) as Partial<BundleDescription>;
    const isOurs = [typeof found.schema, typeof found.swarm, typeof found.digest].join() === "number,string,string";
    return isOurs ? found : undefined;
  } catch {
    return undefined; // none, or not what Locusts writes
  }
}

/**
 * The files of a folder that Locusts itself has put there: those that the `bundle.json` in it lists.
 * Only these may be replaced or removed.
 */
export function ownedFiles(folder: string): ReadonlySet<string> {
  const description = descriptionIn(folder);
  if (!description) return new Set();
  // Bundles of earlier versions do not list their files.
  return new Set([BUNDLE_FILES.description, ...(description.files ?? ALL_NAMES)]);
}

/** @throws ProblemsFound if a bundle in that folder would replace something that Locusts has not put there */
export function refuseForeignFiles(folder: string, names: readonly string[], owned: ReadonlySet<string>): void {
  refuseForeign(folder, names, (name) => owned.has(name));
}

/**
 * @param isOwned has Locusts put the file of that name there?
 * @param within how the folder is called before the names, if they are not the bundle's own
 * @throws ProblemsFound if one of the names is taken by something else
 */
export function refuseForeign(
  folder: string,
  names: readonly string[],
  isOwned: (name: string) => boolean,
  within = "",
): void {
  const there = statSync(folder, { throwIfNoEntry: false });
  if (!there) return;
  if (!there.isDirectory()) {
    throw new ProblemsFound([{ message: `${folder} is no folder`, hint: "name a folder for the bundle" }]);
  }
  const foreign = names.filter((name) => {
    const stats = lstatSync(join(folder, name), { throwIfNoEntry: false });
    return stats && (stats.isDirectory() || !isOwned(name));
  });
  if (foreign.length === 0) return;
  throw new ProblemsFound([
    {
      message: `a bundle in ${folder} would replace what Locusts has not put there: ${foreign.map((name) => `${within}${name}`).join(", ")}`,
      hint: "move that away, or choose another folder: locusts build --out FOLDER; what a bundle.json lists is Locusts' own",
    },
  ]);
}

export function removeDraftsOfBuilds(folder: string): void {
  removeOldDrafts(folder, Date.now(), ALL_NAMES, OLD_DRAFT_MILLISECONDS);
}
