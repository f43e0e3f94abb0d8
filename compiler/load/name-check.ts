import { hash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { statVersion } from "../format/content/digest-cache.js";
import { findTsMorph } from "./check/ts-morph-files.js";

/** Folders of the running Locusts: what checks, and all whose types a definition sees. */
const CHECKERS = [".", "./check", "../dsl", "../format", "../problem"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/**
 * A name for the check of a definition that imports Locusts alone: of its text, and of the very files of Locusts and
 * TypeScript that look at it. What was right under this name is right again, so it need not be looked at.
 */
export function nameCheck(file: string, text: string): string {
  const checkers = CHECKERS.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name))).sort();
  const versions = [...checkers, ...findTsMorph()].map((path) => statVersion(path).version);
  return hash("sha256", JSON.stringify([process.version, ...versions, file, text]));
}
