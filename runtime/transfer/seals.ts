import { appendFileSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { textOf } from "../../compiler/format/file-access.js";
import { Groups } from "../../compiler/format/groups.js";
import { writeAtomically } from "../../compiler/format/write-atomically.js";

/**
 * What the copies in a target's `shared/` looked like when they were whole: a record for each file and
 * folder, as `find -printf '%y %s %i %T@ %C@ %p\0'` prints it in there. Whatever changes a copy changes
 * its record: a time stamp of that kind cannot be set by hand.
 */
const SEAL_FILE = ".seal";

/** `<digest>/<name>`, of any path in it. */
function entryOf(path: string): string {
  return path.split("/", 2).join("/");
}

function seconds(nanoseconds: bigint): string {
  return `${nanoseconds / 1_000_000_000n}.${String(nanoseconds % 1_000_000_000n).padStart(9, "0")}0`;
}

function describe(shared: string, entry: string): string[] {
  const records: string[] = [];
  const walk = (path: string): void => {
    const at = join(shared, path);
    const stats = lstatSync(at, { bigint: true });
    const { size, ino, mtimeNs, ctimeNs } = stats;
    const kind = stats.isDirectory() ? "d" : stats.isFile() ? "f" : stats.isSymbolicLink() ? "l" : "?";
    records.push(`${kind} ${size} ${ino} ${seconds(mtimeNs)} ${seconds(ctimeNs)} ./${path}`);
    if (kind === "d") for (const name of readdirSync(at)) walk(`${path}/${name}`);
  };
  walk(entry);
  return records.sort();
}

/** Knows which of the copies in `shared/` are as they were when they were put there. */
export class Seals {
  #known: Groups<string, string> | undefined;

  /** @param shared the target's `shared/` */
  constructor(readonly shared: string) {}

  #read(): Groups<string, string> {
    if (this.#known) return this.#known;
    const known = new Groups<string, string>();
    // Where there is none, nothing is trusted.
    for (const record of (textOf(join(this.shared, SEAL_FILE)) ?? "").split("\0")) {
      if (record !== "") known.add(entryOf(record.slice(record.indexOf(" ./") + 3)), record);
    }
    this.#known = known;
    return known;
  }

  /** @param entry `<digest>/<name>`, which is there */
  isWhole(entry: string): boolean {
    const known = this.#read().get(entry);
    try {
      return known !== undefined && known.sort().join("\0") === describe(this.shared, entry).join("\0");
    } catch {
      return false; // a job has taken away the right to read it
    }
  }

  /** Notes what a copy looks like that is known to be whole. */
  seal(entry: string): void {
    this.forget(entry);
    const records = describe(this.shared, entry);
    this.#read().set(entry, records);
    appendFileSync(join(this.shared, SEAL_FILE), records.map((record) => `${record}\0`).join(""));
  }

  forget(entry: string): void {
    if (!this.#read().delete(entry)) return;
    const file = join(this.shared, SEAL_FILE);
    const records = [...this.#read().values()].flat();
    writeAtomically(file, records.map((record) => `${record}\0`).join(""));
  }
}
