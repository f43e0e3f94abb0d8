import { whyMisshapen, whyTooLong } from "../format/file-names.js";

/**
 * Why a path is none below a job's folder, in words that follow the `output "…"`; undefined if it is one.
 *
 * @param workdir of a tree, where jobs run in one: then the path may begin with `../`, as far as the tree's root
 */
export function whyOutside(workdir: string | undefined, path: string): string | undefined {
  if (workdir === undefined) return whyMisshapen(path);
  if (path.startsWith("/")) return "begins with /: write it from the tree's workdir";
  const up = /^(\.\.\/)*/.exec(path)?.[0].length ?? 0;
  const depth = workdir === "." ? 0 : workdir.split("/").length;
  if (path === ".." || up / "../".length > depth) return "leads out of the tree";
  return whyMisshapen(path.slice(up));
}

/** The same for a job's own path, if it is its params that make it so: of the pattern it has been said. */
export function whyNewlyOutside(workdir: string | undefined, pattern: string, path: string): string | undefined {
  const why = whyOutside(workdir, path);
  return (why !== undefined && whyOutside(workdir, pattern) === undefined ? why : undefined) ?? whyTooLong(path);
}
