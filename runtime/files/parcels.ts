import { createReadStream, lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Pack, pack } from "tar-stream";

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

/** Adds a parcel; resolves when the stream has taken it, so that it is never far ahead of whoever reads it. */
function addParcel(tar: Pack, parcel: Parcel): Promise<void> {
  const { path: name, mtime } = parcel;
  return new Promise((resolve, reject) => {
    const taken = (error?: Error | null) => (error ? reject(error) : resolve());
    if (parcel.kind === "link") tar.entry({ name, type: "symlink", linkname: parcel.leadsTo, mtime }, taken);
    else if (parcel.kind === "folder") tar.entry({ name, type: "directory", mode: parcel.mode, mtime }, taken);
    else if (parcel.from === 0 && parcel.bytes <= SMALL) {
      tar.entry({ name, mode: parcel.mode, mtime }, readFileSync(parcel.source), taken);
    } else {
      // The rest of a file is joined to what is there when it has arrived.
      const rest = parcel.from > 0 ? `${name}.rest.${parcel.from}` : name;
      const entry = tar.entry({ name: rest, size: parcel.bytes - parcel.from, mode: parcel.mode, mtime }, taken);
      createReadStream(parcel.source, { start: parcel.from, end: parcel.bytes - 1, highWaterMark: BLOCK })
        .once("error", reject)
        .pipe(entry);
    }
  });
}

/**
 * The tar stream of parcels, in large blocks.
 *
 * @param sent is told how many bytes of the stream have gone out
 */
export async function* packParcels(parcels: Iterable<Parcel>, sent: (bytes: number) => void): AsyncGenerator<Buffer> {
  const tar = pack();
  const adding = (async () => {
    for (const parcel of parcels) await addParcel(tar, parcel);
    tar.finalize();
  })().catch((error) => tar.destroy(error));
  let blocks: Buffer[] = [];
  let length = 0;
  let total = 0;
  for await (const block of tar) {
    blocks.push(block as Buffer);
    length += (block as Buffer).length;
    if (length < BLOCK) continue;
    total += length;
    yield Buffer.concat(blocks);
    sent(total);
    blocks = [];
    length = 0;
  }
  await adding;
  if (length > 0) yield Buffer.concat(blocks);
  sent(total + length);
}
