import { createHash, hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BUNDLE_FILES, type BundleDescription, readBundleDescription } from "../../compiler/format/bundle.js";

/** What a bundle's folder says of itself; undefined if there is none, or it cannot be read. */
export function describedIn(folder: string): BundleDescription | undefined {
  try {
    return readBundleDescription(folder);
  } catch {
    return undefined;
  }
}

/** The digest of a bundle's files, as its description says it. */
export function digestBundle(folder: string): string {
  const digest = createHash("sha256");
  for (const name of Object.values(BUNDLE_FILES).sort()) {
    if (name === BUNDLE_FILES.description) continue;
    try {
      digest.update(`${name}\0${hash("sha256", readFileSync(join(folder, name)))}\n`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return digest.digest("hex");
}

/** Is all of a bundle as it was when it was built? */
export function isWholeBundle(folder: string, digest: string): boolean {
  return describedIn(folder)?.digest === digest && digestBundle(folder) === digest;
}
