import { whyNoPath } from "../format/file-names.js";

/**
 * Why a path from the jobs' workdir is none in their tree, in words that follow `the output "…"`;
 * undefined if it is one. It may begin with `../`, as far as the tree's root.
 */
export function whyOutside(workdir: string, path: string): string | undefined {
  if (path.startsWith("/")) return "begins with /: write it from the tree's workdir";
  const up = /^(\.\.\/)*/.exec(path)?.[0].length ?? 0;
  const depth = workdir === "." ? 0 : workdir.split("/").length;
  if (path === ".." || up / "../".length > depth) return "leads out of the tree";
  return whyNoPath(path.slice(up));
}

/** The same for a job's own path, if it is its params that make it so: of the pattern it has been said. */
export function whyNewlyOutside(workdir: string, pattern: string, path: string): string | undefined {
  return whyOutside(workdir, pattern) === undefined ? whyOutside(workdir, path) : undefined;
}
