import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder `swarms/` of the repository; this file runs from `dist/test/swarms/`. */
export const SWARMS = fileURLToPath(new URL("../../../swarms/", import.meta.url));

/** The names of all the example swarms. */
export const SWARM_NAMES: readonly string[] = readdirSync(SWARMS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

const made: string[] = [];
process.once("exit", () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** Makes an empty folder that is removed when the process ends. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "locusts-swarms-")));
  made.push(folder);
  return folder;
}

/** Makes a folder with these files. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** Copies an example swarm, without what its own deploys have left, to another place. */
export function copySwarm(name: string, place = join(temporaryFolder(), name)): string {
  const left = new Set(["results", ".locusts", "bundle"]);
  cpSync(join(SWARMS, name), place, { recursive: true, filter: (source) => !left.has(basename(source)) });
  return place;
}
