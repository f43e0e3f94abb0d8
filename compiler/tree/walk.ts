import { type Dirent, lstatSync, readdirSync, readlinkSync } from "node:fs";
import type { BundledTreeEntry } from "../format/bundle.js";
import { digestFile } from "../format/content/digest.js";
import type { DigestCache } from "../format/content/digest-cache.js";
import { linkStaysIn } from "../format/content/links.js";
import { errorCode } from "../format/file-access.js";
import { whyUnreadable } from "../format/file-names.js";
import type { TreeRule } from "./rule.js";
import { type EntryKind, type RulePosition, RuleSet } from "./rule-set.js";

interface TreeWalk {
  /** real path of the tree's root */
  readonly root: string;
  readonly select: readonly TreeRule[];
  /** selected files that these match are marked as not changed by jobs */
  readonly readOnly: readonly TreeRule[];
  /** absolute paths that are never part of it: what Locusts itself writes */
  readonly never: ReadonlySet<string>;
}

export interface TreeWalkReport {
  readonly select: RuleSet;
  readonly readOnly: RuleSet;
  /** what could not be read: paths from the root, and why */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[];
  /** links that lead out of the tree; they are kept as they are */
  readonly outward: readonly string[];
  /** neither files, folders nor links, and so left out */
  readonly special: readonly string[];
}

/** By the bytes of their UTF-8, as `LC_ALL=C sort` does; the order of code units differs for rare characters. */
function sortNames(entries: Dirent[]): Dirent[] {
  const rare = entries.some(({ name }) => /[\ud800-\udfff]/.test(name));
  if (rare) return entries.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function kindOf(entry: Dirent): EntryKind | undefined {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "folder";
  return entry.isSymbolicLink() ? "link" : undefined;
}

/** What its owner may do with a file or folder, as `ls` shows it: `rw-`. Permissions of others differ by checkout. */
function ownerRights(mode: number): string {
  return `${mode & 0o400 ? "r" : "-"}${mode & 0o200 ? "w" : "-"}${mode & 0o100 ? "x" : "-"}`;
}

function explain(error: unknown): string {
  return errorCode(error) === "ENOENT" ? "it went away while the tree was read" : whyUnreadable(error);
}

interface Folder {
  readonly path: string;
  readonly selects: RulePosition;
  readonly keeps: RulePosition;
}

class Walker {
  readonly select: RuleSet;
  readonly readOnly: RuleSet;
  readonly unreadable: { path: string; why: string }[] = [];
  readonly outward: string[] = [];
  readonly special: string[] = [];
  /** folders on the way that nobody was told of yet, since nothing in them was selected so far */
  #pending: BundledTreeEntry[] = [];

  constructor(
    readonly wanted: TreeWalk,
    readonly cache: DigestCache,
    readonly visit: (entry: BundledTreeEntry) => void,
  ) {
    this.select = new RuleSet(wanted.select);
    this.readOnly = new RuleSet(wanted.readOnly);
  }

  #tell(entry: BundledTreeEntry): void {
    for (const folder of this.#pending) this.visit(folder);
    this.#pending = [];
    this.visit(entry);
  }

  folder({ path, selects, keeps }: Folder): void {
    const here = path === "" ? this.wanted.root : `${this.wanted.root}/${path}`;
    let entries: Dirent[];
    try {
      entries = sortNames(readdirSync(here, { withFileTypes: true }));
    } catch (error) {
      this.unreadable.push({ path: path === "" ? "." : path, why: explain(error) });
      return;
    }
    for (const entry of entries) {
      const { name } = entry;
      const absolute = `${here}/${name}`;
      if (this.wanted.never.has(absolute)) continue;
      const below = path === "" ? name : `${path}/${name}`;
      const kind = kindOf(entry);
      const step = this.select.step(selects, name, kind ?? "file");
      const enters = kind === "folder" && this.select.canTakeIn(step.at);
      if (!step.taken && !enters) continue;
      if (name.includes("\ufffd")) {
        this.unreadable.push({ path: below, why: "its name is not UTF-8" });
        continue;
      }
      if (kind === undefined) {
        this.special.push(below);
        continue;
      }
      const kept = this.readOnly.step(keeps, name, kind);
      const found = this.#read(below, absolute, kind, kept.taken && kind === "file");
      if (!found) continue;
      if (step.taken) this.#tell(found);
      if (!enters) continue;
      const depth = this.#pending.length;
      if (!step.taken) this.#pending.push(found);
      this.folder({ path: below, selects: step.at, keeps: kept.at });
      // Nothing in it was selected, and so it is not either.
      if (!step.taken && this.#pending.length > depth) this.#pending.length = depth;
    }
  }

  #read(path: string, absolute: string, kind: EntryKind, readOnly: boolean): BundledTreeEntry | undefined {
    try {
      const { mode, size: bytes } = lstatSync(absolute);
      const common = { path, kind, rights: ownerRights(mode), readOnly };
      if (kind === "folder") return { ...common, bytes: 0, sha256: "", link: "" };
      if (kind === "link") {
        const link = readlinkSync(absolute);
        if (link.includes("\ufffd")) throw new Error("what it leads to is not UTF-8");
        if (!linkStaysIn(this.wanted.root, path, link)) this.outward.push(path);
        return { ...common, bytes: 0, sha256: "", link };
      }
      return { ...common, bytes, sha256: digestFile(absolute, bytes, this.cache), link: "" };
    } catch (error) {
      this.unreadable.push({ path, why: explain(error) });
      return undefined;
    }
  }
}

/**
 * Goes through a tree and tells of each entry that is selected: a folder before what is in it,
 * names in the order of their bytes. Links are told of as links and never followed, the root
 * excepted. Folders in which no rule can match are not entered.
 *
 * @param visit is told of one entry at a time; none is kept
 */
export function walkTree(
  wanted: TreeWalk,
  cache: DigestCache,
  visit: (entry: BundledTreeEntry) => void,
): TreeWalkReport {
  const walker = new Walker(wanted, cache, visit);
  walker.folder({ path: "", selects: walker.select.start(), keeps: walker.readOnly.start() });
  return walker;
}
