import { hash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { BundledJob } from "../../compiler/format/bundle.js";
import { ContentSum, readPlainFile } from "../../compiler/format/content/digest.js";
import { walkInput } from "../../compiler/format/content/input-entries.js";
import { encodeField } from "../../compiler/format/tsv.js";
import { foldersOf } from "../../compiler/format/within.js";
import type { InputPlacement } from "./bundled-inputs.js";
import { readExpected } from "./copy-input.js";
import { END_OF_TAR, paddingFor, type TarEntry, tarHeader } from "./tar-entry.js";

export interface JobToPack {
  readonly job: BundledJob;
  readonly inputs: readonly InputPlacement[];
}

/** What has no time of its own gets this one: the same chunk is the same bytes, and is known again where it has arrived. */
const NO_TIME = Date.UTC(2000, 0);

class Tar {
  readonly #blocks: Buffer[] = [];
  /** as folders are made here: who shares a project may have them be writable for a group */
  readonly #folderMode = 0o777 & ~process.umask();

  add(entry: Omit<TarEntry, "size">, content?: Buffer): void {
    this.#blocks.push(tarHeader({ ...entry, size: content?.length ?? 0 }));
    if (content) this.#blocks.push(content, paddingFor(content.length));
  }

  folder(name: string): void {
    this.add({ name, kind: "folder", mode: this.#folderMode, mtime: NO_TIME });
  }

  link(name: string, leadsTo: string): void {
    this.add({ name, kind: "link", mode: 0o777, mtime: NO_TIME, leadsTo });
  }

  end(): Buffer {
    return Buffer.concat([...this.#blocks, END_OF_TAR]);
  }
}

type Packed = InputPlacement & { readonly how: "pack" };

/** Adds an input as a job may have it, and change it. @throws RuntimeProblem if it has changed since the build */
function addPacked(tar: Tar, name: string, source: string, { upload }: Packed, alone: boolean): void {
  readExpected(upload, () => {
    const sum = new ContentSum();
    for (const entry of walkInput(source)) {
      const at = entry.path === "" ? name : `${name}/${entry.path}`;
      const { mtimeMs, mode } = entry.stats;
      // What has nothing to be older than needs no fractions, which take a header of their own.
      const mtime = alone && upload.kind !== "folder" ? Math.floor(mtimeMs / 1000) * 1000 : mtimeMs;
      if (entry.kind === "file") {
        const content = readPlainFile(entry.source);
        sum.add(entry, hash("sha256", content), content.length);
        tar.add({ name: at, kind: "file", mode: (mode & 0o777) | 0o600, mtime }, content);
      } else {
        sum.add(entry, "", 0);
        if (entry.kind === "link") tar.add({ name: at, kind: "link", mode: 0o777, mtime, leadsTo: entry.leadsTo });
        else tar.add({ name: at, kind: "folder", mode: (mode & 0o777) | 0o700, mtime });
      }
    }
    return sum.finish();
  });
}

/** Where the paths of links lead on the target. */
interface PackPlaces {
  /** folder that relative sources start at */
  readonly sources: string;
  /** absolute path of the target's shared folder */
  readonly shared: string;
}

/**
 * Packs the folders of a chunk's jobs into one tar: small inputs as copies, the others as links
 * into the shared folder, and the folders that outputs go into.
 */
function packChunk(jobs: readonly JobToPack[], places: PackPlaces): Buffer {
  const tar = new Tar();
  for (const { job, inputs } of jobs) {
    const base = String(job.number);
    tar.folder(`${base}/`);
    for (const folder of foldersOf([...job.inputs, ...job.outputs])) {
      tar.folder(`${base}/${folder}/`);
    }
    for (const input of inputs) {
      const name = `${base}/${input.path}`;
      if (input.how === "pack") {
        const source = input.upload.source;
        addPacked(tar, name, isAbsolute(source) ? source : join(places.sources, source), input, inputs.length === 1);
      } else if (input.how === "link") {
        tar.link(name, join(places.shared, input.shared));
      } else if (input.how === "in-place") {
        tar.link(name, input.original);
      }
    }
  }
  return tar.end();
}

function asArgument(path: string): string {
  return path.startsWith("-") ? `./${path}` : path;
}

/** The lines of a chunk: what a slot reads of each job. @param tries that each has used up */
function chunkLines(jobs: readonly JobToPack[], tries: number): string {
  let text = "";
  for (const { job, inputs } of jobs) {
    const copies = inputs.flatMap((input) => (input.how === "copy" ? [`${input.shared}\t${input.path}`] : []));
    const paths = [...job.inputs, ...job.outputs].map(asArgument);
    const fields = [...job.params, ...paths, ...(job.needs ?? [])].map(encodeField);
    const first = [
      String(job.number),
      String(tries),
      copies.length > 0 ? encodeField(copies.join("\n")) : "-",
      encodeField(job.name),
    ];
    text += `${[...first, ...fields].join("\t")}\n`;
  }
  return text;
}

export function writeChunk(
  folder: string,
  chunk: number,
  jobs: readonly JobToPack[],
  places: PackPlaces,
  inTree: boolean,
  tries: number,
): void {
  // Jobs that run in a tree have no folders of their own.
  writeFileSync(join(folder, `${chunk}.tar`), packChunk(inTree ? [] : jobs, places));
  writeFileSync(join(folder, `${chunk}.tsv`), chunkLines(jobs, tries));
}
