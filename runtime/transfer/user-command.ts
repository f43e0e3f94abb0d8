import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, linkSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { copyContent } from "../system/files.js";
import { RuntimeProblem } from "../system/problem.js";
import type { UploadEntry } from "./upload-entries.js";

/** Lays entries out in a folder, as they are to lie on the target; files are linked where that is possible. */
function layOut(entries: Iterable<UploadEntry>, folder: string): void {
  for (const entry of entries) {
    const place = join(folder, entry.path);
    makeFolders(dirname(place));
    if (entry.kind === "folder") makeFolders(place);
    else if (entry.kind === "link") symlinkSync(entry.leadsTo, place);
    else {
      try {
        linkSync(entry.source, place);
      } catch {
        copyContent(entry.source, place);
        chmodSync(place, entry.mode);
      }
    }
  }
}

/**
 * Sends entries by the user's own command. Files are sent whole.
 *
 * @param command bash text, in which `$from` and `$to` are the folders
 * @param here the target's folder on this machine, where they are laid out
 * @throws RuntimeProblem if the command fails
 */
export async function sendByCommand(
  command: string,
  entries: readonly UploadEntry[],
  here: string,
  to: string,
): Promise<void> {
  const from = join(here, "outgoing");
  rmSync(from, { recursive: true, force: true });
  makeFolders(from);
  layOut(entries, from);
  // What it prints is for the user to see, and not part of any document on standard output.
  const child = spawn("bash", ["-c", command], { env: { ...process.env, from, to }, stdio: ["inherit", 2, 2] });
  const [exitCode, signal] = await once(child, "close");
  const code = signal ? 128 : exitCode;
  if (code !== 0) {
    throw new RuntimeProblem(
      `transfer.command ended with exit code ${code}: ${command}`,
      `it is to copy what is in ${from} into ${to} on the target; try it by hand`,
    );
  }
  rmSync(from, { recursive: true, force: true });
}
