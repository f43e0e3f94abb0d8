import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Sshd } from "../../cluster/sshd.js";

/** What is to be uploaded: a file, or a folder of files. */
export interface Cargo {
  readonly name: string;
  readonly source: string;
  /** how many files */
  readonly files: number;
  /** of all of them */
  readonly bytes: number;
}

/** An account behind an sshd, with room for uploads. */
export class Harbour {
  readonly #folder: string;
  #count = 0;

  constructor(readonly sshd: Sshd) {
    this.#folder = mkdtempSync(join(sshd.home, "bench-"));
    this.#give(this.#folder);
  }

  #give(folder: string): void {
    execFileSync("chown", [`${this.sshd.user}:`, folder]);
  }

  /** A fresh, empty folder of the account's. */
  fresh(): string {
    this.#count += 1;
    const folder = join(this.#folder, String(this.#count));
    execFileSync("mkdir", [folder]);
    this.#give(folder);
    return folder;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/**
 * How other programs upload, as lines for `sh`: `$config` is the ssh configuration, `$parent` and
 * `$name` what is to be uploaded, and `$there` the folder that it goes to.
 */
const LINES = {
  tar: 'tar c -C "$parent" "$name" | ssh -F "$config" lab "tar x -C $there"',
  "tar-aes": 'tar c -C "$parent" "$name" | ssh -F "$config" -c aes128-gcm@openssh.com lab "tar x -C $there"',
  rsync: 'rsync -a -e "ssh -F $config" "$parent/$name" "lab:$there/"',
  scp: 'scp -q -F "$config" -r "$parent/$name" "lab:$there/"',
} as const;

export type OtherUpload = keyof typeof LINES;

/** What `sh` has to be told to upload a cargo in another program's way. */
export function uploadWith(other: OtherUpload, cargo: Cargo, there: string, config: string) {
  const environment = { config, parent: dirname(cargo.source), name: basename(cargo.source), there };
  return { program: "sh", args: ["-c", LINES[other]], environment };
}
