import { createReadStream, lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { END_OF_TAR, paddingFor, tarHeader } from "./tar-entry.js";

/** A file, folder or link that is to be sent; `path` is where it goes below the target's `incoming/`. */
export type Parcel = { readonly path: string; readonly mtime: Date } & (
  | {
      readonly kind: "file";
      readonly source: string;
      readonly bytes: number;
      readonly mode: number;
      readonly from: number;
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

/** A file or folder tree, with all that is in it; the first link of all is followed. */
export function* parcelsOf(source: string, path: string, readOnly: boolean): Generator<Parcel> {
  yield* walk(source, path, statSync(source));

  function* walk(at: string, to: string, stats: ReturnType<typeof lstatSync>): Generator<Parcel> {
    if (!stats) return;
    const common = { path: to, mtime: stats.mtime };
    const mode = Number(stats.mode) & 0o777;
    if (stats.isSymbolicLink()) yield { ...common, kind: "link", leadsTo: readlinkSync(at) };
    else if (stats.isDirectory()) {
      // Folders keep their write permission, or nobody could remove them.
      yield { ...common, kind: "folder", mode: mode | 0o700 };
      for (const entry of readdirSync(at).sort()) {
        const below = join(at, entry);
        yield* walk(below, `${to}/${entry}`, lstatSync(below));
      }
    } else if (stats.isFile()) {
      yield {
        ...common,
        kind: "file",
        source: at,
        bytes: Number(stats.size),
        mode: readOnly ? mode & 0o555 : mode,
        from: 0,
      };
    }
  }
}

/**
 * Leaves out what has arrived, and shortens what has arrived in part.
 *
 * @param arrived bytes by path, as the target has them
 */
export function* lacking(parcels: Iterable<Parcel>, arrived: ReadonlyMap<string, number>): Generator<Parcel> {
  for (const parcel of parcels) {
    if (parcel.kind !== "file") {
      yield parcel;
      continue;
    }
    const there = arrived.get(parcel.path);
    if (there === parcel.bytes) continue;
    if (there === undefined || there < WORTH_RESUMING || there > parcel.bytes) yield parcel;
    else yield { ...parcel, from: there };
  }
}

/** What is sent last, for the target to see that everything before it has arrived. */
export function endOfParcels(path: string): Parcel {
  return { path, mtime: new Date(), kind: "folder", mode: 0o700 };
}

/** How many bytes of content parcels have. */
export function bytesOf(parcels: Iterable<Parcel>): number {
  let total = 0;
  for (const parcel of parcels) if (parcel.kind === "file") total += parcel.bytes - parcel.from;
  return total;
}

/** @throws Error if a file has become shorter, or cannot be read */
async function* contentOf({ source, from, bytes }: Parcel & { kind: "file" }): AsyncGenerator<Buffer> {
  let left = bytes - from;
  const stream = createReadStream(source, { start: from, end: bytes - 1, highWaterMark: BLOCK });
  for await (const block of stream) {
    left -= (block as Buffer).length;
    yield block as Buffer;
  }
  if (left > 0) throw new Error(`${source} has become shorter while it was being sent`);
}

async function* blocksOf(parcel: Parcel): AsyncGenerator<Buffer> {
  const { path: name, mtime, kind } = parcel;
  if (kind === "link") yield tarHeader({ name, kind, mode: 0o777, mtime, leadsTo: parcel.leadsTo });
  else if (kind === "folder") yield tarHeader({ name, kind, mode: parcel.mode, mtime });
  else if (parcel.from === 0 && parcel.bytes <= SMALL) {
    const content = readFileSync(parcel.source);
    const size = content.length;
    yield Buffer.concat([tarHeader({ name, kind, mode: parcel.mode, mtime, size }), content, paddingFor(size)]);
  } else {
    // The rest of a file is joined to what is there when it has arrived.
    const rest = parcel.from > 0 ? `${name}.rest.${parcel.from}` : name;
    const size = parcel.bytes - parcel.from;
    yield tarHeader({ name: rest, kind, mode: parcel.mode, mtime, size });
    yield* contentOf(parcel);
    yield paddingFor(size);
  }
}

/**
 * The tar stream of parcels, in large blocks.
 *
 * @param sent is told how many bytes of the stream have gone out
 */
export async function* packParcels(parcels: Iterable<Parcel>, sent: (bytes: number) => void): AsyncGenerator<Buffer> {
  let blocks: Buffer[] = [];
  let length = 0;
  let total = 0;
  for (const parcel of parcels) {
    for await (const block of blocksOf(parcel)) {
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
