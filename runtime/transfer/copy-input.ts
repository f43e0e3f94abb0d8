import { hash } from "node:crypto";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Upload } from "../../compiler/format/bundle.js";
import {
  type Content,
  ContentSum,
  digestLargeFile,
  isSameInput,
  LARGE,
  readPlainFile,
} from "../../compiler/format/content/digest.js";
import { type DigestCache, statVersion } from "../../compiler/format/content/digest-cache.js";
import { type InputEntry, walkInput } from "../../compiler/format/content/input-entries.js";
import { errorCode } from "../../compiler/format/file-access.js";
import { copyContent, keepTime } from "../system/files.js";
import { RuntimeProblem } from "../system/problem.js";

function inputHasChanged({ source }: Pick<Upload, "source">, what = "has changed since the bundle was built") {
  return new RuntimeProblem(
    `the input ${source} ${what}`,
    "put back what it was, or have the jobs run with what it is now: locusts deploy",
  );
}

/** What the survey has to say of an input for it to be what the bundle was built from. */
export function expectedContent({ sha256, kind }: Upload): { sha256: string; executable: boolean } {
  return { sha256, executable: kind === "executable" };
}

/** Is an error of reading an input a sign that it is not any more what it was when the bundle was built? */
function isSignOfChange(error: unknown): boolean {
  const { code, name } = error as NodeJS.ErrnoException;
  return name === "UnusableInput" || ["ENOENT", "ENOTDIR", "ELOOP", "EACCES"].includes(code ?? "");
}

/** Copies a file; gives the digest of what the copy holds, and how many bytes. */
function copyFile(entry: InputEntry & { kind: "file" }, place: string, digests: DigestCache) {
  if (entry.stats.size < LARGE) {
    const content = readPlainFile(entry.source);
    writeFileSync(place, content, { flag: "wx" });
    return { digest: hash("sha256", content), bytes: content.length };
  }
  const before = statVersion(entry.source);
  copyContent(entry.source, place);
  const after = statVersion(entry.source);
  // The copy is read only if the original cannot stand for it.
  const isStill = before.version === after.version && !after.racy;
  const digest = isStill ? digests.get(entry.source, () => digestLargeFile(entry.source)) : digestLargeFile(place);
  return { digest, bytes: entry.stats.size };
}

/**
 * Makes a read-only copy of an input, as reflinks where the file system can. Folders keep their write
 * permission, or nobody could remove them.
 *
 * @returns what the copy holds
 * @throws the file system's error, or UnusableInput
 */
export function copyInput(source: string, place: string, digests: DigestCache): Content {
  const sum = new ContentSum();
  const folders: [string, number][] = [];
  for (const entry of walkInput(source)) {
    const to = entry.path === "" ? place : join(place, entry.path);
    const { mode, mtimeMs } = entry.stats;
    if (entry.kind === "folder") {
      mkdirSync(to);
      chmodSync(to, (mode & 0o777) | 0o700);
      folders.push([to, mtimeMs]);
      sum.add(entry, "", 0);
    } else if (entry.kind === "link") {
      symlinkSync(entry.leadsTo, to);
      sum.add(entry, "", 0);
    } else {
      const { digest, bytes } = copyFile(entry, to, digests);
      keepTime(to, mtimeMs);
      chmodSync(to, mode & 0o555);
      sum.add(entry, digest, bytes);
    }
  }
  for (const [folder, mtimeMs] of folders.reverse()) keepTime(folder, mtimeMs);
  return sum.finish();
}

/** Reads an input. @throws RuntimeProblem if what was read is not what the bundle was built from */
export function readExpected(upload: Upload, read: () => Content): void {
  let content: Content;
  try {
    content = read();
  } catch (error) {
    if (errorCode(error) === "ENOENT") throw inputHasChanged(upload, "is not there any more");
    throw isSignOfChange(error) ? inputHasChanged(upload) : error;
  }
  if (!isSameInput(content, expectedContent(upload))) throw inputHasChanged(upload);
}
