import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where the benches work: folders are only ever added, and all removed at the very end. */
export class Ground {
  readonly folder: string;
  #count = 0;

  /** @param parent a folder on the disk that is to be measured */
  constructor(parent: string = process.env.LOCUSTS_BENCH_DIR ?? tmpdir()) {
    this.folder = realpathSync(mkdtempSync(join(parent, "locusts-bench-")));
  }

  /** A fresh, empty folder. */
  fresh(name: string): string {
    this.#count += 1;
    const folder = join(this.folder, `${this.#count}-${name}`);
    mkdirSync(folder);
    return folder;
  }

  /** The path of a log beside the folders. */
  log(name: string): string {
    this.#count += 1;
    return join(this.folder, `${this.#count}-${name}.log`);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What an input of a job holds. */
const INPUT = "one line of input, as of a small job's parameters\n";

/** Makes a folder `1`, `2` … with the file `in` for each job: what the other runners start from. */
export function makeJobFolders(folder: string, jobs: number): void {
  for (let job = 1; job <= jobs; job += 1) {
    mkdirSync(join(folder, String(job)));
    writeFileSync(join(folder, String(job), "in"), INPUT);
  }
}

/** Makes the files `inputs/1`, `inputs/2` …: what a definition starts from. */
export function makeInputs(folder: string, jobs: number): void {
  mkdirSync(join(folder, "inputs"));
  for (let job = 1; job <= jobs; job += 1) writeFileSync(join(folder, "inputs", String(job)), INPUT);
}
