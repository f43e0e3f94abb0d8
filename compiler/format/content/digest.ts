import { createHash, type Hash, hash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import { addAll } from "../add-all.js";
import { blocksOf, errorCode } from "../file-access.js";
import type { DigestCache } from "./digest-cache.js";
import { type InputEntry, type InputFault, specialKind, UnusableInput, walkInput } from "./input-entries.js";

export interface Content {
  readonly kind: "file" | "folder";
  /** whether it is a file that may be executed */
  readonly executable: boolean;
  /** of all files in it */
  readonly bytes: number;
  readonly files: number;
  /** how many folders, itself included */
  readonly folders: number;
  /** of a file its content's; of a folder one over names, modes and contents of all that is in it */
  readonly sha256: string;
}

/** Files of this size and more are read in blocks, and their digests are kept between builds. */
export const LARGE = 1024 * 1024;

/** Opens a file for reading; whatever has taken its place is not waited for. */
function openPlainFile(path: string): number {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const stats = fstatSync(file);
  if (stats.isFile()) return file;
  closeSync(file);
  throw new Error(`${path} is ${specialKind(stats) ?? "no file"}`);
}

export function readPlainFile(path: string): Buffer {
  // Numbers are fine as flags, whatever the types say: a pipe that has taken its place is not waited for.
  return readFileSync(path, { flag: (constants.O_RDONLY | constants.O_NONBLOCK) as unknown as string });
}

export function digestLargeFile(path: string): string {
  const digest = createHash("sha256");
  for (const block of blocksOf(openPlainFile(path))) digest.update(block);
  return digest.digest("hex");
}

/** The digest of a file's content; that of a large one may be known from an earlier build. */
export function digestFile(path: string, bytes: number, cache?: DigestCache): string {
  if (bytes < LARGE) return hash("sha256", readPlainFile(path));
  return cache ? cache.get(path, () => digestLargeFile(path)) : digestLargeFile(path);
}

export class ContentSum {
  readonly #manifest: Hash = createHash("sha256");
  #kind: Content["kind"] = "folder";
  #executable = false;
  #digest = "";
  #bytes = 0;
  #files = 0;
  #folders = 0;

  /** @param bytes of the content that has this digest, if it is a file's */
  add(entry: InputEntry, digest: string, bytes: number): void {
    if (entry.kind === "folder") {
      this.#folders += 1;
      this.#manifest.update(`folder\0${entry.path}\n`);
      return;
    }
    this.#files += 1;
    if (entry.kind === "link") {
      this.#manifest.update(`link\0${entry.path}\0${entry.leadsTo}\n`);
      return;
    }
    this.#bytes += bytes;
    const executable = (entry.stats.mode & 0o111) !== 0;
    if (entry.path === "") {
      this.#kind = "file";
      this.#executable = executable;
      this.#digest = digest;
    } else this.#manifest.update(`file\0${entry.path}\0${executable ? "x" : "-"}\0${digest}\n`);
  }

  finish(): Content {
    return {
      kind: this.#kind,
      executable: this.#executable,
      bytes: this.#bytes,
      files: this.#files,
      folders: this.#folders,
      sha256: this.#kind === "file" ? this.#digest : this.#manifest.digest("hex"),
    };
  }
}

/** Reads a file of an input; one that may not be read is a fault that names it, as others are. */
function digestEntry(entry: InputEntry & { kind: "file" }, input: string, cache: DigestCache, faults: InputFault[]) {
  try {
    return digestFile(entry.source, entry.stats.size, cache);
  } catch (error) {
    if (!["EACCES", "EPERM"].includes(errorCode(error) ?? "")) throw error;
    const path = entry.path === "" ? input : `${input}/${entry.path}`;
    faults.push({ path, why: "cannot be read: permission denied", hint: "change its permissions, or leave it out" });
    return "";
  }
}

/**
 * Sizes and hashes an input, as a job is to get it. Undefined if there is nothing at the path.
 *
 * @throws UnusableInput if something in it cannot reach a job
 * @throws the file system's error if something in it cannot be read
 */
export function surveyContent(path: string, cache: DigestCache): Content | undefined {
  if (!statSync(path, { throwIfNoEntry: false })) return undefined; // a link that leads nowhere is nothing
  const sum = new ContentSum();
  const faults: InputFault[] = [];
  try {
    for (const entry of walkInput(path)) {
      if (entry.kind === "file") sum.add(entry, digestEntry(entry, path, cache, faults), entry.stats.size);
      else sum.add(entry, "", 0);
    }
  } catch (error) {
    if (!(error instanceof UnusableInput)) throw error;
    addAll(faults, error.faults);
  }
  if (faults.length > 0) throw new UnusableInput(faults);
  return sum.finish();
}

export function isSameInput(content: Content | undefined, expected: { sha256: string; executable: boolean }): boolean {
  return content?.sha256 === expected.sha256 && content.executable === expected.executable;
}
