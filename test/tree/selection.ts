import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BundledTreeEntry } from "../../compiler/format/bundle.js";
import { DigestCache } from "../../compiler/format/content/digest-cache.js";
import { parseTreeRule, type TreeRule } from "../../compiler/tree/rule.js";
import { type TreeWalkReport, walkTree } from "../../compiler/tree/walk.js";
import { temporaryFolder } from "../swarms/swarm-folders.js";

/** Makes a tree: a path that ends in `/` is a folder, `path -> target` a link, anything else a file that holds its path. */
export function treeOf(paths: readonly string[]): string {
  const root = realpathSync(temporaryFolder());
  for (const line of paths) {
    const [path = "", target] = line.split(" -> ");
    mkdirSync(path.endsWith("/") ? join(root, path) : dirname(join(root, path)), { recursive: true });
    if (target !== undefined) symlinkSync(target, join(root, path));
    else if (!path.endsWith("/")) writeFileSync(join(root, path), path);
  }
  return root;
}

function rule(text: string, hidden: boolean): TreeRule {
  const parsed = parseTreeRule(text, hidden);
  if ("mistake" in parsed) throw new Error(`${text} ${parsed.mistake}`);
  return parsed;
}

export interface Selected extends TreeWalkReport {
  readonly entries: readonly BundledTreeEntry[];
  /** paths, of folders with a slash, in order */
  readonly paths: readonly string[];
}

export interface SelectOptions {
  readonly hidden?: boolean;
  readonly readOnly?: readonly string[];
  readonly never?: readonly string[];
}

/** What rules select of a tree. */
export function select(root: string, rules: readonly string[], options: SelectOptions = {}): Selected {
  const entries: BundledTreeEntry[] = [];
  const report = walkTree(
    {
      root,
      select: rules.map((text) => rule(text, options.hidden ?? false)),
      readOnly: (options.readOnly ?? []).map((text) => rule(text, true)),
      never: new Set((options.never ?? []).map((path) => join(root, path))),
    },
    DigestCache.open(undefined),
    (entry) => entries.push(entry),
  );
  const paths = entries.map(({ path, kind }) => (kind === "folder" ? `${path}/` : path));
  const { select: selected, readOnly, unreadable, outward, special } = report;
  return { entries, paths, select: selected, readOnly, unreadable, outward, special };
}
