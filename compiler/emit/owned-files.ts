import { lstatSync, statSync } from "node:fs";
import { join } from "node:path";
import { BUNDLE_FILES, type BundleDescription } from "../format/bundle.js";
import { textOf } from "../format/file-access.js";
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

/** A text as it was on both sides of a merge, where git has left conflicts in it. */
function sidesOfMerge(text: string): readonly string[] {
  if (!/^<{7} /m.test(text)) return [text];
  const [ours, theirs] = [[] as string[], [] as string[]];
  let part: "both" | "ours" | "base" | "theirs" = "both";
  for (const line of text.split("\n")) {
    if (/^<{7} /.test(line)) part = "ours";
    else if (/^\|{7}/.test(line)) part = "base";
    else if (/^={7}\r?$/.test(line)) part = "theirs";
    else if (/^>{7} /.test(line)) part = "both";
    else {
      if (part === "both" || part === "ours") ours.push(line);
      if (part === "both" || part === "theirs") theirs.push(line);
    }
  }
  return [ours.join("\n"), theirs.join("\n")];
}

function parseDescription(text: string): Partial<BundleDescription>[] {
  try {
    const found = JSON.parse(text) as Partial<BundleDescription>;
    const isOurs = [typeof found.schema, typeof found.swarm, typeof found.digest].join() === "number,string,string";
    return isOurs ? [found] : [];
  } catch {
    return [];
  }
}

/** What a `bundle.json` says, on both sides where it has conflicts; nothing if there is none that Locusts has written. */
export function descriptionsIn(folder: string): readonly Partial<BundleDescription>[] {
  return sidesOfMerge(textOf(join(folder, BUNDLE_FILES.description)) ?? "").flatMap(parseDescription);
}

/**
 * The files of a folder that Locusts itself has put there: those that the `bundle.json` in it lists.
 * Only these may be replaced or removed.
 */
export function ownedFiles(folder: string): ReadonlySet<string> {
  const descriptions = descriptionsIn(folder);
  if (descriptions.length === 0) return new Set();
  // Bundles of earlier versions do not list their files.
  return new Set([BUNDLE_FILES.description, ...descriptions.flatMap(({ files }) => files ?? ALL_NAMES)]);
}

/**
 * @param isOwned has Locusts put the file of that name there?
 * @param within how the folder is called before the names, if they are not the bundle's own
 * @throws ProblemsFound if one of the names is taken by something that Locusts has not put there
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
