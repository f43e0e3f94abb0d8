import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DataColumns } from "./data-columns.js";
import type { Delivery } from "./delivery.js";
import { jobKey } from "./job-key.js";
import { readLines } from "./lines.js";
import type { Machinery } from "./machinery.js";
import { type ByJob, type Needs, needColumns } from "./needs.js";
import type { TreeMode } from "./tree-mode.js";
import { decodeRow } from "./tsv.js";

/** Raised whenever an older reader would misread a bundle. */
export const BUNDLE_SCHEMA = 5;

/** The oldest schema that is read: of 3, the machinery is part of manager.sh; up to 4, jobs.tsv has whole keys. */
const OLDEST_SCHEMA = 3;

/** Raised whenever an older manager would misread a run list, or an older reader its journal. */
export const RUN_FORMAT = 3;

export const BUNDLE_FILES = {
  manager: "manager.sh",
  pilot: "pilot.sh",
  submit: "submit.sh",
  jobs: "jobs.tsv",
  uploads: "uploads.tsv",
  tree: "tree.tsv",
  layout: "layout.json",
  program: "program.mjs",
  description: "bundle.json",
} as const;

interface BundledInput {
  readonly name: string;
  /** where it comes from, from the definition's folder, with placeholders */
  readonly pattern: string;
  readonly as: string | null;
  readonly shared: boolean;
  readonly delivery: Delivery | null;
  /** whether the pattern has wildcards, so that `jobs.tsv` says where each job's comes from */
  readonly found?: true;
}

export interface BundledOutput {
  readonly name: string;
  readonly pattern: string;
  readonly kind: "file" | "folder";
  readonly optional: boolean;
  /** the columns of its rows, where it holds data */
  readonly data?: DataColumns;
}

/** What will exist on the target when every job has run: what can be known before. */
export interface Budget {
  readonly folders: number;
  readonly files: number;
  /** of the inputs; what the jobs write is theirs to know */
  readonly bytes: number;
}

/** What jobs ask for: each of them, or, where they differ, at most. */
export interface JobNeeds extends Pick<Needs, "cpus" | "memoryMebibytes"> {
  /** where jobs differ: in what, and between which bounds */
  readonly byJob?: ByJob & { readonly least: Needs; readonly most: Needs };
}

export interface TreeContent {
  readonly files: number;
  readonly folders: number;
  readonly links: number;
  /** of all files */
  readonly bytes: number;
  /** over paths, kinds, owners' rights, contents and what links lead to */
  readonly digest: string;
}

export interface BundledTree {
  readonly mode: TreeMode;
  /** with `inPlace` its path on the target, else on this machine; a relative one starts at the definition's folder */
  readonly root: string;
  /** where every job runs, from the root; "." is the root */
  readonly workdir: string;
  /** whether what has changed goes into the root on this machine when it is gathered */
  readonly apply: boolean;
  /** false: what jobs change in it is neither found out nor collected; unless it is said, it is */
  readonly collects?: boolean;
  /** null with `inPlace`: then there is no `tree.tsv`, and nothing is sent */
  readonly content: TreeContent | null;
}

/** The tree of which changes are collected, if there is one. */
export function collectedTree({ tree }: Pick<BundleDescription, "tree">): BundledTree | undefined {
  return tree && tree.collects !== false ? tree : undefined;
}

export interface BundledAccess {
  /** null: this machine */
  readonly host: string | null;
  /** absolute path on the target */
  readonly directory: string;
  readonly sharedDirectory: { readonly here: string; readonly there: string } | null;
  readonly transferHost: string | null;
  /** a bash command on this machine that copies `$from` to `$to` */
  readonly transferCommand: string | null;
  /** who speaks ssh: Locusts itself, or the user's own `ssh` */
  readonly ssh: "builtin" | "openssh";
}

export interface BundledPilots {
  readonly nodes: number;
  /** jobs at a time in each */
  readonly slots: number;
  readonly cpusPerNode: number;
  readonly minJobsPerCpu: number;
  readonly walltimeSeconds: number;
  readonly successors: number;
  readonly nodesMaySubmit: boolean;
  /** after so many seconds without a heartbeat a pilot is taken for dead; bundles of earlier versions do not say */
  readonly silenceSeconds?: number;
  /** the most that all of them may use together */
  readonly nodeHours: number;
}

/** The params of jobs that are the lines of a list of commands. */
export const LINE_PARAMS = { number: "number", line: "line" } as const;

/** `bundle.json`: what the other files of a bundle belong to. */
export interface BundleDescription {
  readonly schema: number;
  readonly swarm: string;
  /** the definition's file, from whose folder it was built */
  readonly source: string;
  readonly target: string;
  readonly kind: "local" | "ssh" | "slurm";
  /** null: a folder beside the definition */
  readonly access: BundledAccess | null;
  /** null: one manager, without a scheduler */
  readonly pilots: BundledPilots | null;
  /** sha256 of the other files of the bundle, but for the version in their first words, and of `commonKey` */
  readonly digest: string;
  /** what the keys of all jobs have in common: the command, and all else that decides what jobs make. Bundles of schema 4 have whole keys in their table */
  readonly commonKey?: string;
  /** what the manager is run by: no part of the digest. Bundles of schema 3 have none of their own */
  readonly machinery?: Machinery;
  /** the bundle's files: what Locusts may replace in its folder. Bundles of earlier versions do not list them */
  readonly files?: readonly string[];
  readonly jobs: number;
  readonly uploads: { readonly entries: number; readonly bytes: number };
  readonly budget: Budget;
  /** what each job asks for. Bundles of earlier versions do not say */
  readonly needs?: JobNeeds;
  /** failed jobs after which no further one is begun, if there is such a limit. Bundles of earlier versions do not say */
  readonly maxFailures?: number;
  readonly params: readonly string[];
  /** whether jobs are the lines of a list of commands: they are called by their numbers, which may be others tomorrow */
  readonly runsLines?: true;
  readonly inputs: readonly BundledInput[];
  readonly outputs: readonly BundledOutput[];
  /** bash text that runs when a deploy ends: on the machine that follows it; on the target, by the last manager */
  readonly notify?: { readonly command: string; readonly on?: "target" };
  /** null: each job runs in a folder of its own, with its inputs */
  readonly tree: BundledTree | null;
}

export class UnusableBundle extends Error {
  override readonly name = "UnusableBundle";

  constructor(
    message: string,
    /** another version of Locusts has written it */
    readonly isOtherVersion = false,
  ) {
    super(message);
  }
}

/** Reads `bundle.json`. @throws UnusableBundle if there is none, or if it is newer than this Locusts */
export function readBundleDescription(folder: string): BundleDescription {
  const path = join(folder, BUNDLE_FILES.description);
  let description: BundleDescription;
  try {
    description = JSON.parse(readFileSync(path, "utf8")) as BundleDescription;
  } catch (error) {
    throw new UnusableBundle(`${path} cannot be read (${(error as Error).message}); build it anew: locusts build`);
  }
  const { schema } = description;
  if (schema >= OLDEST_SCHEMA && schema <= BUNDLE_SCHEMA) return description;
  const fix = schema > BUNDLE_SCHEMA ? "use a newer Locusts" : "build it anew: locusts build";
  const message = `${path} has schema ${schema}, and this Locusts reads ${BUNDLE_SCHEMA}: ${fix}`;
  throw new UnusableBundle(message, typeof schema === "number");
}

/** What a bundle says of itself; undefined if there is none that this Locusts can read. */
export function describedIn(folder: string): BundleDescription | undefined {
  try {
    return readBundleDescription(folder);
  } catch {
    return undefined;
  }
}

/** Refuses a bundle that another version of Locusts has written; one that is damaged passes. @throws UnusableBundle */
export function refuseOtherSchema(folder: string): void {
  try {
    readBundleDescription(folder);
  } catch (error) {
    if (error instanceof UnusableBundle && error.isOtherVersion) throw error;
  }
}

/** A job as `jobs.tsv` has it; values in the order of the bundle's params, inputs and outputs. */
export interface BundledJob {
  /** its line in the table, from 1 */
  readonly number: number;
  readonly name: string;
  readonly key: string;
  /** of one that was just planned: its key, as versions made it whose bundles had whole keys in their tables */
  readonly olderKey?: string;
  readonly params: readonly string[];
  /** paths in the job's folder */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** what its tries need, as `needColumns` has it, where jobs do not all need the same */
  readonly needs?: readonly string[];
  /** where inputs come from that are `found`, in their order */
  readonly sources?: readonly string[];
}

/** The rows of a table of a bundle, without the first, which names the columns. Git may have changed line ends in a clone. */
function* tableRows(folder: string, name: string): Generator<string[]> {
  const lines = readLines(join(folder, name));
  lines.next();
  for (const line of lines) yield decodeRow(line.endsWith("\r") ? line.slice(0, -1) : line);
}

export function* readBundledJobs(folder: string, description: BundleDescription): Generator<BundledJob> {
  const params = 2 + description.params.length;
  const inputs = params + description.inputs.length;
  const outputs = inputs + description.outputs.length;
  const { byJob } = description.needs ?? {};
  const needs = outputs + (byJob ? needColumns(byJob).length : 0);
  let number = 0;
  for (const fields of tableRows(folder, BUNDLE_FILES.jobs)) {
    number += 1;
    yield {
      number,
      name: fields[0] as string,
      key: jobKey(fields[1] as string, description.commonKey),
      params: fields.slice(2, params),
      inputs: fields.slice(params, inputs),
      outputs: fields.slice(inputs, outputs),
      ...(needs > outputs ? { needs: fields.slice(outputs, needs) } : {}),
      ...(fields.length > needs ? { sources: fields.slice(needs) } : {}),
    };
  }
}

export interface Upload {
  /** from the definition's folder, or absolute */
  readonly source: string;
  /**
   * `jobs/<job>/<path>`: in the job's folder; `shared/<digest>/<name>`: once on the target; `tree/`:
   * the tree, whose entries are in `tree.tsv`
   */
  readonly destination: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly kind: "file" | "executable" | "folder" | "tree";
}

/** The uploads of a bundle, in their order: the tree, those of the first job, of the second … */
export function* readUploads(folder: string): Generator<Upload> {
  for (const fields of tableRows(folder, BUNDLE_FILES.uploads)) {
    const [source, destination, bytes, sha256, kind] = fields as [string, string, string, string, Upload["kind"]];
    yield { source, destination, bytes: Number(bytes), sha256, kind };
  }
}

/** A line of `tree.tsv`: a file, folder or link of the tree that is selected. */
export interface BundledTreeEntry {
  /** from the tree's root */
  readonly path: string;
  readonly kind: "file" | "folder" | "link";
  /** 0 unless it is a file */
  readonly bytes: number;
  /** what its owner may do with it, as `rw-`; what others may is not the same in every checkout */
  readonly rights: string;
  /** no job changes it, says the definition: jobs may share it */
  readonly readOnly: boolean;
  /** of a file's content; else empty */
  readonly sha256: string;
  /** what a link leads to, as it is written in the link; else empty */
  readonly link: string;
}

type TreeFields = [string, BundledTreeEntry["kind"], string, string, string, string, string];

/**
 * The tree of a bundle, one entry at a time: a folder before what is in it, the names in a folder
 * in the order of their bytes. Folders that hold nothing are there, too; the root itself is not.
 *
 * @throws the file system's error if the bundle has no tree; `BundleDescription.tree` says so
 */
export function* readBundledTree(folder: string): Generator<BundledTreeEntry> {
  for (const fields of tableRows(folder, BUNDLE_FILES.tree)) {
    const [path, kind, bytes, rights, use, sha256, link] = fields as TreeFields;
    yield { path, kind, bytes: Number(bytes), rights, readOnly: use === "read", sha256, link };
  }
}
