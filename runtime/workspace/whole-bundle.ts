import { createHash, hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BUNDLE_FILES, type BundleDescription, describedIn } from "../../compiler/format/bundle.js";
import { errorCode } from "../../compiler/format/file-access.js";
import { commonKeyInDigest } from "../../compiler/format/job-key.js";
import { digestMachinery, machineryOf } from "../../compiler/format/machinery.js";
import { withoutVersion } from "../../compiler/format/version.js";

/** The digest of one file of a bundle; of a script, whichever version has made it. Undefined if there is none. */
export function digestFile(folder: string, name: string): string | undefined {
  try {
    const content = readFileSync(join(folder, name));
    return hash("sha256", name.endsWith(".sh") ? withoutVersion(content.toString()) : content);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    return undefined;
  }
}

/** The digest of a bundle's files, as they are. @param description what it says of itself */
function digestBundle(folder: string, description: BundleDescription | undefined): string {
  const digest = createHash("sha256");
  for (const name of Object.values(BUNDLE_FILES).sort()) {
    if (name === BUNDLE_FILES.description) continue;
    const sum = digestFile(folder, name);
    if (sum !== undefined) digest.update(`${name}\0${sum}\n`);
  }
  digest.update(commonKeyInDigest(description?.commonKey));
  return digest.digest("hex");
}

export function isWholeBundle(folder: string, digest: string): boolean {
  const description = describedIn(folder);
  if (description?.digest !== digest || digestBundle(folder, description) !== digest) return false;
  const { machinery } = description;
  return machinery === undefined || digestMachinery(machineryOf(folder)) === machinery.digest;
}
