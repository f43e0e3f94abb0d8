import { basename } from "node:path";

/** How an input reaches a job's folder. */
export type Delivery =
  /** a copy of its own, which it may change */
  | "copy"
  /** a link to a read-only copy on the target */
  | "link"
  /** the original, wherever it lies on the target: nothing is sent, and the job may change it */
  | "in-place";

/**
 * How an input of one job travels: `packed` with its job, or once to the shared folder and from
 * there by link or copy, or not at all.
 */
export type JobDelivery = "packed" | "shared-copy" | "shared-link" | "in-place";

/** Inputs up to this size travel packed with their job. */
const PACKED_BYTES = 1024 * 1024;
/** Folders with more entries than this do not. */
const PACKED_ENTRIES = 100;
/** Inputs of this size and more are linked unless the definition asks for a copy. */
const LINKED_BYTES = 64_000_000;

/** A path as it is used to find a file: without `./` and doubled slashes. */
export function cleanSource(path: string): string {
  return path
    .replace(/\/{2,}/g, "/")
    .replace(/^(\.\/)+/, "")
    .replace(/(?<=.)\/$/, "");
}

/** Where an input lies in a job's folder unless the definition says it: as beside the definition, else by its name alone. */
export function placeOfSource(source: string): string {
  return source.startsWith("/") || source.split("/").includes("..") ? basename(source) : source;
}

/** Whether an input that lies on the target once is linked into a job's folder, rather than copied. */
export function isLinked(
  wish: { readonly shared: boolean; readonly delivery: Delivery | null | undefined },
  bytes: number,
): boolean {
  if (wish.delivery === "copy") return false;
  return wish.delivery === "link" || wish.shared || bytes >= LINKED_BYTES;
}

/** How an input travels, by what the definition wishes and how large it is. */
export function chooseDelivery(
  wish: { readonly shared: boolean; readonly delivery: Delivery | null | undefined },
  content: { readonly bytes: number; readonly files: number; readonly folders: number },
): JobDelivery {
  if (wish.delivery === "in-place") return "in-place";
  if (isLinked(wish, content.bytes)) return "shared-link";
  const small = content.bytes <= PACKED_BYTES && content.files + content.folders <= PACKED_ENTRIES;
  return small ? "packed" : "shared-copy";
}
