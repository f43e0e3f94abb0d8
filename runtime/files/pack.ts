import { hash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats, writeFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { type Pack, pack } from "tar-stream";
import type { BundledJob } from "../../compiler/format/bundle.js";
import { encodeField } from "../../compiler/format/tsv.js";
import type { InputPlacement } from "../runs/bundled-inputs.js";
import { RuntimeProblem } from "../workspace.js";

/** A job that is to be packed into a chunk. */
export interface JobToPack {
  readonly job: BundledJob;
  readonly inputs: readonly InputPlacement[];
}

const FOLDER_MODE = 0o755;

/** Folders in the order in which they have to be made. */
function foldersOf(paths: readonly string[]): Set<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) folders.add(path.slice(0, at));
  }
  return folders;
}

function addFile(tar: Pack, name: string, stats: Stats, content: Buffer): void {
  // A job may change its own copy, whatever the mode of the original.
  tar.entry({ name, mode: (stats.mode & 0o777) | 0o600, mtime: stats.mtime }, content);
}

function addTree(tar: Pack, name: string, path: string, stats: Stats): void {
  if (stats.isSymbolicLink()) tar.entry({ name, type: "symlink", linkname: readlinkSync(path), mtime: stats.mtime });
  else if (stats.isDirectory()) {
    tar.entry({ name, type: "directory", mode: (stats.mode & 0o777) | 0o700, mtime: stats.mtime });
    for (const entry of readdirSync(path).sort()) {
      const below = join(path, entry);
      addTree(tar, `${name}/${entry}`, below, lstatSync(below));
    }
  } else addFile(tar, name, stats, readFileSync(path));
}

/** @throws RuntimeProblem if the input is not what the bundle was built from */
function addPacked(tar: Pack, name: string, source: string, placement: InputPlacement & { how: "pack" }): void {
  const changed = () =>
    new RuntimeProblem(
      `the input ${placement.upload.source} has changed since the bundle was built`,
      "run the same command again",
    );
  let stats: Stats;
  try {
    stats = lstatSync(source);
    if (stats.isSymbolicLink()) throw Object.assign(new Error("a link"), { code: "LINK" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "LINK") throw changed();
    // The survey follows links that are inputs themselves.
    const content = readFileSync(source);
    if (hash("sha256", content) !== placement.upload.sha256) throw changed();
    tar.entry({ name, mode: 0o644 }, content);
    return;
  }
  if (stats.isDirectory()) {
    addTree(tar, name, source, stats);
    return;
  }
  const content = readFileSync(source);
  if (hash("sha256", content) !== placement.upload.sha256) throw changed();
  addFile(tar, name, stats, content);
}

async function collect(tar: Pack): Promise<Buffer> {
  const blocks: Buffer[] = [];
  for await (const block of tar) blocks.push(block as Buffer);
  return Buffer.concat(blocks);
}

/** Where the paths of links lead on the target. */
export interface PackPlaces {
  /** folder that relative sources start at */
  readonly sources: string;
  /** absolute path of the target's shared folder */
  readonly shared: string;
}

/**
 * Packs the folders of a chunk's jobs into one tar: small inputs as copies, the others as links
 * into the shared folder, and the folders that outputs go into.
 */
export async function packChunk(jobs: readonly JobToPack[], places: PackPlaces): Promise<Buffer> {
  const tar = pack();
  for (const { job, inputs } of jobs) {
    const base = String(job.number);
    tar.entry({ name: `${base}/`, type: "directory", mode: FOLDER_MODE });
    for (const folder of foldersOf([...job.inputs, ...job.outputs])) {
      tar.entry({ name: `${base}/${folder}/`, type: "directory", mode: FOLDER_MODE });
    }
    for (const input of inputs) {
      const name = `${base}/${input.path}`;
      if (input.how === "pack") {
        const source = input.upload.source;
        addPacked(tar, name, isAbsolute(source) ? source : join(places.sources, source), input);
      } else if (input.how === "link") {
        tar.entry({ name, type: "symlink", linkname: join(places.shared, input.shared) });
      } else if (input.how === "in-place") {
        tar.entry({ name, type: "symlink", linkname: input.original });
      }
    }
  }
  tar.finalize();
  return collect(tar);
}

/** A path that no program takes for an option. */
function asArgument(path: string): string {
  return path.startsWith("-") ? `./${path}` : path;
}

/** The lines of a chunk: what a slot reads of each job. */
export function chunkLines(jobs: readonly JobToPack[]): string {
  let text = "";
  for (const { job, inputs } of jobs) {
    const copies = inputs.flatMap((input) => (input.how === "copy" ? [`${input.shared}\t${input.path}`] : []));
    const fields = [...job.params, ...[...job.inputs, ...job.outputs].map(asArgument)].map(encodeField);
    const first = [
      String(job.number),
      "0",
      copies.length > 0 ? encodeField(copies.join("\n")) : "-",
      encodeField(job.name),
    ];
    text += `${[...first, ...fields].join("\t")}\n`;
  }
  return text;
}

/** Writes a chunk's two files. */
export async function writeChunk(
  folder: string,
  chunk: number,
  jobs: readonly JobToPack[],
  places: PackPlaces,
  inTree: boolean,
): Promise<void> {
  // Jobs that run in a tree have no folders of their own.
  writeFileSync(join(folder, `${chunk}.tar`), await packChunk(inTree ? [] : jobs, places));
  writeFileSync(join(folder, `${chunk}.tsv`), chunkLines(jobs));
}
