import { spawn } from "node:child_process";
import { chmodSync, constants, copyFileSync, linkSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { RuntimeProblem } from "../system/problem.js";
import type { Parcel } from "./parcels.js";

/** Lays parcels out in a folder, as they are to lie on the target; files are linked where that is possible. */
function layOut(parcels: Iterable<Parcel>, folder: string): void {
  for (const parcel of parcels) {
    const place = join(folder, parcel.path);
    makeFolders(dirname(place));
    if (parcel.kind === "folder") makeFolders(place);
    else if (parcel.kind === "link") symlinkSync(parcel.leadsTo, place);
    else {
      try {
        linkSync(parcel.source, place);
      } catch {
        copyFileSync(parcel.source, place, constants.COPYFILE_FICLONE);
        chmodSync(place, parcel.mode);
      }
    }
  }
}

/**
 * Sends parcels by the user's own command. Files are sent whole.
 *
 * @param command bash text, in which `$from` and `$to` are the folders
 * @param here the target's folder on this machine, where they are laid out
 * @throws RuntimeProblem if the command fails
 */
export async function sendByCommand(
  command: string,
  parcels: readonly Parcel[],
  here: string,
  to: string,
): Promise<void> {
  const from = join(here, "outgoing");
  rmSync(from, { recursive: true, force: true });
  makeFolders(from);
  layOut(parcels, from);
  // What it prints is for the user to see, and not part of any document on standard output.
  const child = spawn("bash", ["-c", command], { env: { ...process.env, from, to }, stdio: ["inherit", 2, 2] });
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode, signal) => resolve(signal ? 128 : (exitCode ?? 1)));
  });
  if (code !== 0) {
    throw new RuntimeProblem(
      `transfer.command ended with exit code ${code}: ${command}`,
      `it is to copy what is in ${from} into ${to} on the target; try it by hand`,
    );
  }
  rmSync(from, { recursive: true, force: true });
}
