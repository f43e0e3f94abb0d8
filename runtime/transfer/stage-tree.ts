import { hash } from "node:crypto";
import {
  chmodSync,
  fchmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  type Stats,
  symlinkSync,
} from "node:fs";
import { join, resolve } from "node:path";
import {
  type BundleDescription,
  type BundledTree,
  type BundledTreeEntry,
  readBundledTree,
} from "../../compiler/format/bundle.js";
import { digestFile } from "../../compiler/format/content/digest.js";
import type { DigestCache } from "../../compiler/format/content/digest-cache.js";
import { withFile } from "../../compiler/format/file-access.js";
import { ownFolders } from "../../compiler/format/own-folders.js";
import { writeWhole } from "../../compiler/format/write-atomically.js";
import { records } from "../hosts/run-script.js";
import { copyContent, keepTime } from "../system/files.js";
import { RuntimeProblem } from "../system/problem.js";
import type { UploadEntry } from "./upload-entries.js";

/** Files up to this size are copied through memory. */
const SMALL = 256 * 1024;

export interface StagedTree {
  readonly facts: BundledTree;
  /** absolute path of its root: with `inPlace` on the target, else on this machine */
  readonly root: string;
  /** folders of the target that are no part of it, wherever they lie */
  readonly without: readonly string[];
  /** what is to be replicated, in order; nothing with `inPlace` */
  entries(): Iterable<BundledTreeEntry>;
}

/** Folders of the target that are no part of a tree: the swarm's own. */
export function foldersWithoutTree(
  definitionFolder: string,
  there: string,
  asSeenThere: (path: string) => string | undefined,
): string[] {
  return [there, ...ownFolders(definitionFolder).map((path) => asSeenThere(path) ?? path)];
}

/** What a run's tree is to be made from; undefined if its jobs have folders of their own. */
export function findTree(
  bundle: string,
  { tree }: BundleDescription,
  definitionFolder: string,
  files: { readonly there: string; asSeenThere(path: string): string | undefined },
): StagedTree | undefined {
  if (!tree) return undefined;
  const root = resolve(definitionFolder, tree.root);
  const without = foldersWithoutTree(definitionFolder, files.there, (path) => files.asSeenThere(path));
  if (tree.mode === "inPlace") {
    const there = tree.root.startsWith("/") ? tree.root : (files.asSeenThere(root) ?? root);
    return { facts: tree, root: there, without, entries: () => [] };
  }
  return { facts: tree, root: realpathSync.native(root), without, entries: () => readBundledTree(bundle) };
}

/** How `create-tree.sh` is to make it: also `folder`, of which nobody asks what jobs change in it. */
export function modeOf({ facts }: StagedTree): BundledTree["mode"] | "folder" {
  return facts.collects === false ? "folder" : facts.mode;
}

function refuseChanged(entry: BundledTreeEntry): never {
  throw new RuntimeProblem(
    `${JSON.stringify(entry.path)} in the tree has changed since the bundle was built`,
    "run the same command again",
  );
}

/** @throws RuntimeProblem if the entry is not what the bundle was built from, as far as can be told without reading */
function statUnread(tree: StagedTree, entry: BundledTreeEntry): Stats {
  const stats = lstatSync(join(tree.root, entry.path), { throwIfNoEntry: false });
  const same =
    entry.kind === "folder"
      ? stats?.isDirectory()
      : entry.kind === "link"
        ? stats?.isSymbolicLink()
        : stats?.isFile() && stats.size === entry.bytes;
  return stats && same ? stats : refuseChanged(entry);
}

/** @throws RuntimeProblem if the entry is not what the bundle was built from */
function statUnchanged(tree: StagedTree, entry: BundledTreeEntry, digests: DigestCache): Stats {
  const stats = statUnread(tree, entry);
  if (entry.kind !== "file") return stats;
  return digestFile(join(tree.root, entry.path), entry.bytes, digests) === entry.sha256 ? stats : refuseChanged(entry);
}

/** What of a tree is to be sent, to a folder below the target's `incoming/`. */
export function* entriesOfTree(tree: StagedTree, to: string, digests: DigestCache): Generator<UploadEntry> {
  if (tree.facts.mode === "inPlace") return;
  yield { kind: "folder", path: to, mtime: 0, mode: 0o755 };
  for (const entry of tree.entries()) {
    const stats = statUnchanged(tree, entry, digests);
    const common = { path: `${to}/${entry.path}`, mtime: stats.mtimeMs };
    const mode = stats.mode & 0o777;
    if (entry.kind === "link") yield { ...common, kind: "link", leadsTo: entry.link };
    else if (entry.kind === "folder") yield { ...common, kind: "folder", mode: mode | 0o700 };
    else {
      const source = join(tree.root, entry.path);
      yield { ...common, kind: "file", source, bytes: entry.bytes, mode, from: 0, sha256: entry.sha256 };
    }
  }
}

/** A small file is read once, for its digest and for its copy. */
function copySmall(tree: StagedTree, entry: BundledTreeEntry, place: string): void {
  const stats = statUnread(tree, entry);
  const content = readFileSync(join(tree.root, entry.path));
  if (hash("sha256", content) !== entry.sha256) refuseChanged(entry);
  const fill = (file: number) => {
    writeWhole(file, content);
    fchmodSync(file, stats.mode & 0o777);
  };
  withFile(place, "wx", fill, 0o600);
  keepTime(place, stats.mtimeMs);
}

function copyLarge(tree: StagedTree, entry: BundledTreeEntry, place: string, digests: DigestCache): void {
  const stats = statUnchanged(tree, entry, digests);
  copyContent(join(tree.root, entry.path), place);
  chmodSync(place, stats.mode & 0o777);
  keepTime(place, stats.mtimeMs);
}

/** Makes a replica of the tree on this machine; large files as reflinks, where the file system can. */
export function replicateTree(tree: StagedTree, to: string, digests: DigestCache): void {
  if (tree.facts.mode === "inPlace") return;
  mkdirSync(to);
  for (const entry of tree.entries()) {
    const place = join(to, entry.path);
    if (entry.kind === "link") {
      statUnread(tree, entry);
      symlinkSync(entry.link, place);
    } else if (entry.kind === "folder") {
      mkdirSync(place);
      chmodSync(place, (statUnread(tree, entry).mode & 0o777) | 0o700); // whatever the umask is
    } else if (entry.bytes <= SMALL) copySmall(tree, entry, place);
    else copyLarge(tree, entry, place, digests);
  }
}

/**
 * What `create-tree.sh` is to know of a tree: the modes of folders that their owner may not write to, which
 * they only get when all is in them, and the files that jobs do not share, if they share some.
 */
export function describeTree(tree: StagedTree): Buffer {
  const modes: string[] = [];
  const own: string[] = [];
  let shares = false;
  for (const entry of tree.entries()) {
    if (entry.kind === "folder" && entry.rights !== "rwx") {
      const { mode } = lstatSync(join(tree.root, entry.path));
      modes.push(`m ${(mode & 0o777).toString(8)} ./${entry.path}`);
    } else if (entry.kind === "file" && tree.facts.mode === "perJob") {
      if (entry.readOnly) shares = true;
      else own.push(`w ./${entry.path}`);
    }
  }
  return records([...modes.reverse(), ...(shares ? own : [])]);
}
