import { createHash, hash } from "node:crypto";
import { createReadStream, readFileSync, statSync } from "node:fs";
import type { Upload } from "../../compiler/format/bundle.js";
import { ContentSum, digestFile } from "../../compiler/format/content/digest.js";
import type { DigestCache } from "../../compiler/format/content/digest-cache.js";
import { walkInput } from "../../compiler/format/content/input-entries.js";
import { RuntimeProblem } from "../system/problem.js";
import { readExpected } from "./copy-input.js";
import { END_OF_TAR, paddingFor, tarHeader } from "./tar-entry.js";

/**
 * A file, folder or link that is to be sent; `path` is where it goes below the target's `incoming/`,
 * `mtime` milliseconds since 1970.
 */
export type UploadEntry = { readonly path: string; readonly mtime: number } & (
  | {
      readonly kind: "file";
      readonly source: string;
      readonly bytes: number;
      readonly mode: number;
      /** what is before this byte has arrived in an earlier try */
      readonly from: number;
      /** of all its content; undefined: nobody but us writes to it */
      readonly sha256?: string | undefined;
    }
  | { readonly kind: "folder"; readonly mode: number }
  | { readonly kind: "link"; readonly leadsTo: string }
);

/** Files up to this size are read at once. */
const SMALL = 1024 * 1024;
/** What goes out together, in bytes: a write of its own for each header would slow the stream down. */
const BLOCK = 512 * 1024;
/** What arrived of a file before an upload was cut off is used from this size on. */
const WORTH_RESUMING = 1024 * 1024;

export function entryOfFile(source: string, path: string): UploadEntry {
  const { mtimeMs: mtime, mode, size } = statSync(source);
  return { path, mtime, kind: "file", source, bytes: size, mode: mode & 0o777, from: 0 };
}

/**
 * An input that is to lie on the target once, read-only, with all that is in it. Folders keep their write
 * permission, or nobody could remove them.
 *
 * @throws RuntimeProblem if it is not what the bundle was built from
 */
export function entriesOfInput(upload: Upload, source: string, digests: DigestCache): UploadEntry[] {
  const entries: UploadEntry[] = [];
  readExpected(upload, () => {
    const sum = new ContentSum();
    for (const entry of walkInput(source)) {
      const path = entry.path === "" ? upload.destination : `${upload.destination}/${entry.path}`;
      const { mtimeMs: mtime, mode, size } = entry.stats;
      const sha256 = entry.kind === "file" ? digestFile(entry.source, size, digests) : "";
      sum.add(entry, sha256, size);
      if (entry.kind === "link") entries.push({ path, mtime, kind: "link", leadsTo: entry.leadsTo });
      else if (entry.kind === "folder") entries.push({ path, mtime, kind: "folder", mode: (mode & 0o777) | 0o700 });
      else {
        const facts = { source: entry.source, bytes: size, mode: mode & 0o555, from: 0, sha256 };
        entries.push({ path, mtime, kind: "file", ...facts });
      }
    }
    return sum.finish();
  });
  return entries;
}

/** Leaves out what has arrived, and shortens what has in part. @param arrived bytes by path, as the target has them */
export function* lacking(entries: Iterable<UploadEntry>, arrived: ReadonlyMap<string, number>): Generator<UploadEntry> {
  for (const entry of entries) {
    if (entry.kind !== "file") {
      yield entry;
      continue;
    }
    const there = arrived.get(entry.path);
    if (there === entry.bytes) continue;
    if (there === undefined || there < WORTH_RESUMING || there > entry.bytes) yield entry;
    else yield { ...entry, from: there };
  }
}

/** What is sent last, for the target to see that everything before it has arrived. */
export function endOfUpload(path: string): UploadEntry {
  return { path, mtime: Date.now(), kind: "folder", mode: 0o700 };
}

export function bytesOf(entries: Iterable<UploadEntry>): number {
  let total = 0;
  for (const entry of entries) if (entry.kind === "file") total += entry.bytes - entry.from;
  return total;
}

function hasChanged(source: string): RuntimeProblem {
  return new RuntimeProblem(`${source} has changed while it was being sent`, "run the same command again");
}

/** @throws RuntimeProblem if a file is not what it was when it was hashed, as far as it is read here */
async function* contentOf({ source, from, bytes, sha256 }: UploadEntry & { kind: "file" }): AsyncGenerator<Buffer> {
  let left = bytes - from;
  const digest = createHash("sha256");
  const stream = createReadStream(source, { start: from, end: bytes - 1, highWaterMark: BLOCK });
  for await (const block of stream) {
    left -= (block as Buffer).length;
    if (from === 0) digest.update(block as Buffer);
    yield block as Buffer;
  }
  if (left > 0 || (from === 0 && sha256 !== undefined && digest.digest("hex") !== sha256)) throw hasChanged(source);
}

async function* blocksOf(entry: UploadEntry): AsyncGenerator<Buffer> {
  const { path: name, mtime, kind } = entry;
  if (kind === "link") yield tarHeader({ name, kind, mode: 0o777, mtime, leadsTo: entry.leadsTo });
  else if (kind === "folder") yield tarHeader({ name, kind, mode: entry.mode, mtime });
  else if (entry.from === 0 && entry.bytes <= SMALL) {
    const content = readFileSync(entry.source);
    const size = content.length;
    const { sha256 } = entry;
    if (size !== entry.bytes || (sha256 && hash("sha256", content) !== sha256)) throw hasChanged(entry.source);
    yield Buffer.concat([tarHeader({ name, kind, mode: entry.mode, mtime, size }), content, paddingFor(size)]);
  } else {
    // The rest of a file is joined to what is there when it has arrived.
    const rest = entry.from > 0 ? `rest/${entry.from}/${name}` : name;
    const size = entry.bytes - entry.from;
    yield tarHeader({ name: rest, kind, mode: entry.mode, mtime, size });
    yield* contentOf(entry);
    yield paddingFor(size);
  }
}

/** The tar stream of entries, in large blocks. @param sent is told how many bytes of the stream have gone out */
export async function* packEntries(
  entries: Iterable<UploadEntry>,
  sent: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  let blocks: Buffer[] = [];
  let length = 0;
  let total = 0;
  for (const entry of entries) {
    for await (const block of blocksOf(entry)) {
      blocks.push(block);
      length += block.length;
      if (length < BLOCK) continue;
      total += length;
      yield Buffer.concat(blocks);
      sent(total);
      blocks = [];
      length = 0;
    }
  }
  yield Buffer.concat([...blocks, END_OF_TAR]);
  sent(total + length + END_OF_TAR.length);
}
