import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readBundleDescription, readBundledJobs } from "../../compiler/format/bundle.js";
import { DigestCache } from "../../compiler/format/content/digest-cache.js";
import { JOURNAL } from "../../compiler/format/journal.js";
import { openLocalFiles } from "../../runtime/target/open-target.js";
import { stageRun } from "../../runtime/transfer/stage-run.js";
import { type Begun, begin, Deployment } from "./deployment.js";

/** A line of a journal, with the life that wrote it. */
export interface JournalLine {
  readonly life: string;
  readonly event: string;
  readonly fields: readonly string[];
}

/** A swarm for SLURM whose run is staged in a folder of this machine, with its managers started by hand. */
export class Pilots extends Deployment {
  managers = 1;

  /** @param target the text between the braces of `slurm({ … })`, but for its directory, CPUs and walltime */
  constructor(
    fields: string,
    target = "",
    files: Readonly<Record<string, string>> = {},
    readonly slots = 2,
    folder?: string,
  ) {
    super(fields, files, folder);
    const config = this.read("swarm.config.ts").replace(
      /targets: .*/,
      () =>
        `targets: { cluster: slurm({ directory: ${JSON.stringify(this.path("target"))}, cpusPerNode: ${slots}, walltime: "1m", ${target.includes("silence:") ? "" : 'silence: "3s", '}${target} }) },`,
    );
    this.write("swarm.config.ts", config);
  }

  get bundle(): string {
    return this.path("bundle/cluster");
  }

  override run(number = 1): string {
    return this.path("target/runs", String(number));
  }

  /** On which node each life has run. */
  hosts(): Map<string, string> {
    return new Map(this.lines("manager").map(({ life, fields }) => [life, fields[1] as string]));
  }

  /** Builds the bundle and stages a run of all jobs for so many managers. */
  async stage(managers: number): Promise<void> {
    const built = await this.verb(["build"]);
    assert.equal(built.exitCode, 0, built.stderr);
    const description = readBundleDescription(this.bundle);
    const files = openLocalFiles(this.path("target"), DigestCache.open(undefined));
    const staged = await stageRun({
      bundle: this.bundle,
      description,
      sources: this.folder,
      files,
      isFree: false,
      wanted: [...readBundledJobs(this.bundle, description)],
      managers,
    });
    await files.send(staged);
    mkdirSync(this.path("scratch"), { recursive: true });
    this.managers = managers;
  }

  /** Starts a manager, as if on a node of its own. */
  beginPilot(number: number, words: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Begun {
    const script = this.path("target/bundle/manager.sh");
    const node = ["--name", `p${number}`, "--node", `node${number}`];
    return begin("bash", [script, "--run", this.run(), ...node, ...words], this.folder, env);
  }

  /** Starts all managers at once. */
  beginAll(words: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Begun[] {
    return Array.from({ length: this.managers }, (_, i) => this.beginPilot(i + 1, words, env));
  }

  lines(...events: string[]): JournalLine[] {
    const folder = join(this.run(), "journal");
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .sort()
      .flatMap((file) =>
        readFileSync(join(folder, file), "utf8")
          .split("\n")
          .filter((line) => line.endsWith("\t."))
          .map((line) => line.split("\t"))
          .filter(([event]) => events.length === 0 || events.includes(event as string))
          .map(([event, ...fields]) => ({ life: file.slice(0, -4), event: event as string, fields })),
      );
  }

  /** What became of the jobs: the first word on each stands. */
  settled(): Map<number, JournalLine> {
    const settled = new Map<number, JournalLine>();
    for (const line of this.lines("done", "failed")) {
      const number = Number(line.fields[0]);
      if (!settled.has(number)) settled.set(number, line);
    }
    return settled;
  }

  /** Where the results of a job lie. */
  place(line: JournalLine): string {
    return join(
      this.run(),
      "work",
      line.life,
      line.fields[JOURNAL.done.indexOf("place")] as string,
      line.fields[0] as string,
    );
  }

  /** Why each life has left. */
  ends(): Record<string, string> {
    return Object.fromEntries(this.lines("finish").map(({ life, fields }) => [life, fields[0] as string]));
  }

  /** All jobs are done, each with its number in its output `<i>.txt`. */
  assertAllDone(jobs: number): void {
    const settled = this.settled();
    assert.equal(settled.size, jobs);
    for (const [number, line] of settled) {
      assert.equal(line.event, "done", `job ${number}: ${line.fields.join(" ")}`);
      assert.equal(readFileSync(join(this.place(line), `${number}.txt`), "utf8"), `${number}\n`);
    }
  }

  /** What a life of a manager has started, by its mark. */
  processesOf(life: string): number[] {
    return this.processes().filter((process) => {
      try {
        return readFileSync(`/proc/${process}/environ`, "utf8").includes(`/work/${life}\0`);
      } catch {
        return false; // it has ended in the meantime
      }
    });
  }

  /** The process of a life. */
  pid(life: string): number {
    return Number(readFileSync(join(this.run(), "managers", life), "utf8").split(" ")[0]);
  }
}

/** So many jobs, each of which tells outside of its folder that it has run. @param command what it does besides */
export const jobs = (count: number, command = ""): string => `
  jobs: range("i", 1, ${count}),
  outputs: { text: "{i}.txt" },
  command: ({ outputs, params }) => sh\`i=\${params.i}; ${command}
    echo $i > \${outputs.text}; echo $i >> $TALLY\`,
`;

/** What `jobs` need of their environment. */
export function tallyOf(pilots: Pilots): NodeJS.ProcessEnv {
  return { TALLY: pilots.path("tally") };
}

/** The jobs that have run, in the order of their ends. */
export function tally(pilots: Pilots): number[] {
  return pilots.exists("tally") ? pilots.read("tally").trimEnd().split("\n").map(Number) : [];
}

/** Has the managers find this in the place of `sbatch`. */
export function fakeSbatch(pilots: Pilots, script: string): NodeJS.ProcessEnv {
  pilots.write("bin/sbatch", `#!/bin/bash\n${script}\n`);
  chmodSync(pilots.path("bin/sbatch"), 0o755);
  const { PATH } = process.env;
  return { ...tallyOf(pilots), PATH: `${pilots.path("bin")}:${PATH}` };
}
