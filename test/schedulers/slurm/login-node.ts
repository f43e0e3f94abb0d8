import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Cluster } from "../../cluster/cluster.js";
import { Elsewhere, type Place } from "../../target/elsewhere.js";

/** So many jobs, each of which tells outside of its folder that it has run. @param command what it does besides */
export const jobs = (count: number, command = ""): string => `
  jobs: range("i", 1, ${count}),
  outputs: { text: "{i}.txt" },
  command: ({ outputs, params }) => sh\`${command} echo \${params.i} >> \${outputs.text}; echo \${params.i} >> $TALLY\`,
`;

/** A swarm on the login node itself. */
export class Swarm extends Elsewhere {
  constructor(place: Place, fields: string, options: string) {
    super(
      place,
      fields,
      `slurm({ directory: DIRECTORY, ${options.includes("cpusPerNode") ? "" : "cpusPerNode: 1, "}${options} })`,
    );
  }

  override surroundings(): NodeJS.ProcessEnv {
    return { ...super.surroundings(), TALLY: this.path("tally") };
  }

  /** The ids of all pilots that were ever submitted. */
  submitted(): string[] {
    return this.submissions().map(([id]) => id as string);
  }

  journals(): string {
    const folder = join(this.run(), "journal");
    return existsSync(folder)
      ? readdirSync(folder)
          .map((file) => readFileSync(join(folder, file), "utf8"))
          .join("")
      : "";
  }

  hasBegun(): boolean {
    return this.count("done") > 0;
  }

  /** How many lines of a kind there are in the journals so far. */
  count(event: string): number {
    try {
      return this.journals().match(new RegExp(`^${event}\\t`, "gm"))?.length ?? 0;
    } catch {
      return 0; // its folder is not there yet
    }
  }

  /** All jobs are done, each having run once. */
  assertOnce(count: number): void {
    assert.equal(this.results().length, count);
    for (const file of this.results()) assert.equal(this.result(file), `${file.replace(".txt", "")}\n`);
    assert.equal(this.read("tally").trimEnd().split("\n").length, count, "each job has run once");
  }
}

/** Does a process belong to a pilot? */
export function isInPilot(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").includes("\0SLURMD_NODENAME=");
  } catch {
    return false; // it has ended in the meantime
  }
}

/** SLURM's ids of all jobs with such a name, whatever became of them; one for each pilot that has begun. */
export async function everSubmitted(cluster: Cluster, swarm: Swarm): Promise<string[]> {
  // Another situation may have taken the controller away.
  const ask = "squeue --all --noheader --states=all --format='%F|%Z'";
  const lines = await cluster.administer(
    `for ((i = 0; i < 60; i++)); do ${ask} 2>/dev/null && exit; sleep 1; done; exit 1`,
  );
  return lines.split("\n").filter((line) => line.includes(swarm.directory));
}
