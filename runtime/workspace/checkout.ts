import { randomUUID } from "node:crypto";
import { realpathSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { textOf } from "../../compiler/format/file-access.js";
import { decodeRow, encodeRow } from "../../compiler/format/tsv.js";
import { writeAtomically } from "../../compiler/format/write-atomically.js";
import { folderIdentity } from "../system/lock-file.js";

/** Where a checkout was when its file was written. A copy takes the file along, but not the place. */
interface CheckoutPlace {
  /** path of the definition's folder */
  readonly folder: string;
  readonly machine: string;
  /** inode and birth of the state folder, which stay when it is moved */
  readonly mark: string;
}

/** What a copy knows of the folder that it was copied from. */
export interface Original {
  readonly id: string;
  readonly folder: string;
}

/** What names a checkout to targets that others use as well. */
export interface Checkout {
  readonly id: string;
  readonly original: Original | undefined;
}

interface CheckoutFile extends Checkout {
  /** undefined in files of older versions */
  readonly place: CheckoutPlace | undefined;
}

function fileIn(state: string): string {
  return join(state, "checkout");
}

function readCheckout(state: string): CheckoutFile | undefined {
  const [id = "", ...lines] = (textOf(fileIn(state)) ?? "").split("\n");
  if (!/^[0-9a-f-]{36}$/.test(id.trim())) return undefined;
  const rows = new Map(lines.map((line) => decodeRow(line)).map(([key = "", ...values]) => [key, values]));
  const [folder, machine, mark] = rows.get("place") ?? [];
  const [originalId, originalFolder] = rows.get("copy-of") ?? [];
  return {
    id: id.trim(),
    place: folder && machine && mark ? { folder, machine, mark } : undefined,
    original: originalId && originalFolder ? { id: originalId, folder: originalFolder } : undefined,
  };
}

function writeCheckout(state: string, { id, original }: Checkout, place: CheckoutPlace): void {
  const rows = [
    ["place", place.folder, place.machine, place.mark],
    ...(original ? [["copy-of", original.id, original.folder]] : []),
  ];
  writeAtomically(fileIn(state), `${id}\n${rows.map(encodeRow).join("")}`);
}

/** A name of this machine that stays when its host name changes. */
function nameMachine(): string {
  return textOf("/etc/machine-id")?.trim() || hostname() || "?"; // containers may have no id
}

function placeOf(folder: string, state: string): CheckoutPlace {
  const { ino, birthtimeNs } = statSync(state, { bigint: true });
  return { folder: realpathSync.native(folder), machine: nameMachine(), mark: `${ino} ${birthtimeNs}` };
}

/** Are two marks of the same folder? Not every machine can tell when it was made. */
function isSameMark(a: string, b: string): boolean {
  const [[inode, birth], [otherInode, otherBirth]] = [a.split(" "), b.split(" ")];
  return inode === otherInode && (birth === otherBirth || birth === "0" || otherBirth === "0");
}

/** Is the folder from which a checkout's file was copied still there, beside the one that has the file now? */
function isBeside(state: string, { id, place }: CheckoutFile): boolean {
  if (!place) return false;
  const other = join(place.folder, ".locusts");
  try {
    return readCheckout(other)?.id === id && folderIdentity(other) !== folderIdentity(state);
  } catch {
    return false;
  }
}

/** Was the file made in another folder, of which this one is a copy? A folder that was moved is the same. */
function isCopied(state: string, file: CheckoutFile, now: CheckoutPlace): boolean {
  const { place } = file;
  if (!place) return false;
  const isHere = place.machine === now.machine;
  if (isHere && place.folder === now.folder) return false;
  if (isHere) return isBeside(state, file);
  return !isSameMark(place.mark, now.mark);
}

/**
 * What names this checkout. A folder that is a copy of another is another checkout: it gets a name of its own.
 *
 * @param keep write it down, so that it stays; only one process at a time may
 */
export function openCheckout(folder: string, state: string, keep: boolean): Checkout {
  const known = readCheckout(state);
  if (!known && !keep) return { id: randomUUID(), original: undefined };
  const now = placeOf(folder, state);
  const { place } = known ?? {};
  let checkout: Checkout = { id: randomUUID(), original: undefined };
  if (known && !isCopied(state, known, now)) checkout = { id: known.id, original: known.original };
  else if (known && place) checkout = { ...checkout, original: { id: known.id, folder: place.folder } };
  const isWritten = place?.folder === now.folder && place.machine === now.machine && place.mark === now.mark;
  if (keep && !isWritten) writeCheckout(state, checkout, now);
  return checkout;
}
