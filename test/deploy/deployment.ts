import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CLI, runVerb } from "../verbs/run-verb.js";

export { CLI };

/** What `deploy --json` prints. */
export interface Report {
  readonly jobs: Readonly<Record<"total" | "done" | "failed" | "pending" | "running" | "cached", number>>;
  readonly failures: readonly { job: string; cause: string; exitCode: number; detail: string }[];
  readonly end: { readonly how: string; readonly reason?: string; readonly detail?: string };
  readonly errors?: readonly { message: string; hint?: string; place?: { line: number; column: number } }[];
}

/** How a program ended. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface DeployOutcome extends Outcome {
  readonly report: Report;
}

export interface Begun {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
}

const made: Deployment[] = [];
process.once("exit", () => {
  for (const deployment of made) deployment.remove();
});

export function begin(command: string, words: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Begun {
  const child = spawn(command, words, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
  return { child, outcome };
}

/** A definition in a folder of its own, and the real command line to run it. */
export class Deployment {
  /** @param fields the text between the braces of `defineSwarm({ … })`, but for its name and targets */
  constructor(
    fields: string,
    files: Readonly<Record<string, string | Buffer>> = {},
    readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "locusts-run-"))),
    slots = 2,
  ) {
    made.push(this);
    this.define(fields, slots);
    for (const [path, content] of Object.entries(files)) this.write(path, content);
  }

  define(fields: string, slots = 2): void {
    this.write(
      "swarm.config.ts",
      `import { checked, commands, copied, data, defineSwarm, files, input, inPlace, linked, list, local, matches, matrix, minBytes, nonEmpty, node, optional, range, rows, sh, shared, slurm, ssh, table, tree } from "locusts";
export default defineSwarm({
  name: "test",
  targets: { local: local({ slots: ${slots} }) },
  ${fields}
});
`,
    );
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  write(path: string, content: string | Buffer): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), content);
  }

  read(path: string): string {
    return readFileSync(this.path(path), "utf8");
  }

  exists(path: string): boolean {
    return existsSync(this.path(path));
  }

  /** What is in the results, without the tables and the logs. */
  results(): string[] {
    if (!this.exists("results")) return [];
    return readdirSync(this.path("results"), { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.path("results").length + 1))
      .filter(
        (path) =>
          !path.startsWith("_logs/") && !["jobs.tsv", "jobs.parquet", "outputs.tsv", "report.html"].includes(path),
      )
      .sort();
  }

  result(path: string): string {
    return this.read(join("results", path));
  }

  /** The log of a job that was collected; empty if there is none. */
  log(job: string, stream: "out" | "err" = "err"): string {
    const path = `results/_logs/${job}.${stream}`;
    return this.exists(path) ? this.read(path) : "";
  }

  /** `results/jobs.tsv`, by job. */
  jobs(): Map<string, Record<string, string>> {
    const rows = this.table("jobs.tsv");
    return new Map(rows.map((row) => [row.name as string, row]));
  }

  table(name: "jobs.tsv" | "outputs.tsv"): Record<string, string>[] {
    const [header, ...lines] = this.result(name).trimEnd().split("\n");
    const names = (header as string).split("\t");
    return lines.map((line) => Object.fromEntries(line.split("\t").map((field, i) => [names[i], field])));
  }

  /** What verbs find in their environment besides. */
  surroundings(): NodeJS.ProcessEnv {
    return {};
  }

  /** Starts a verb in a process of its own. */
  begin(words: readonly string[], env: NodeJS.ProcessEnv = {}): Begun {
    return begin(process.execPath, [CLI, ...words], this.folder, { ...this.surroundings(), ...env });
  }

  /** Runs a verb to its end, whatever that is. */
  verb(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    return runVerb(words, this.folder, { ...this.surroundings(), ...env });
  }

  beginDeploy(words: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Begun {
    return this.begin(["deploy", ...words, "--json"], env);
  }

  /** Runs `deploy` to its end, whatever that is. */
  async deploy(words: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<DeployOutcome> {
    return reportOf(await this.verb(["deploy", ...words, "--json"], env));
  }

  /** Runs `deploy`, which has to bring all jobs to a good end. */
  async succeed(words: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Report> {
    const { exitCode, report, stdout, stderr } = await this.deploy(words, env);
    assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
    assert.equal(report.jobs.done, report.jobs.total, stdout);
    return report;
  }

  run(number = 1): string {
    return this.path(".locusts/local/runs", String(number));
  }

  /** The lines of all journals of a run, as fields. */
  journal(run = 1): string[][] {
    const folder = join(this.run(run), "journal");
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .sort()
      .flatMap((file) => readFileSync(join(folder, file), "utf8").split("\n"))
      .filter((line) => line.endsWith("\t."))
      .map((line) => line.split("\t"));
  }

  /** What was ever submitted to SLURM for a run, by id: the SLURM job, its first and last pilot, their generation. */
  submissions(run = 1): string[][] {
    const folder = join(this.run(run), "pilots");
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((file) => /^submitted\.\d+\.tsv$/.test(file))
      .flatMap((file) => readFileSync(join(folder, file), "utf8").trimEnd().split("\n"))
      .map((line) => line.split("\t"))
      .sort(([a], [b]) => Number(a) - Number(b));
  }

  /** The process of the newest life of a run's manager. */
  manager(run = 1): number | undefined {
    const folder = join(this.run(run), "managers");
    if (!existsSync(folder)) return undefined;
    const lives = readdirSync(folder).filter((life) => /^main\.\d+$/.test(life));
    const last = lives.sort((a, b) => Number(a.slice(5)) - Number(b.slice(5))).at(-1);
    if (last === undefined) return undefined;
    const [pid, , , what] = readFileSync(join(folder, last), "utf8").trim().split(" ");
    return what === "deploy" || !pid ? undefined : Number(pid);
  }

  /** Starts the manager of the newest run by hand. */
  beginManager(...words: string[]): Begun {
    return this.beginScript(this.path(".locusts/local/bundle/manager.sh"), ...words);
  }

  beginScript(script: string, ...words: string[]): Begun {
    return begin("bash", [script, ...words], this.folder);
  }

  /** The folders that are this deployment's alone. */
  places(): string[] {
    return [this.folder];
  }

  /** Processes that belong to this deployment: by where they are, what they were started as, or their environment. */
  processes(): number[] {
    const found: number[] = [];
    for (const entry of readdirSync("/proc")) {
      if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
      try {
        const words = readFileSync(`/proc/${entry}/cmdline`, "utf8") + readFileSync(`/proc/${entry}/environ`, "utf8");
        const cwd = readlinkSync(`/proc/${entry}/cwd`);
        const isAt = (place: string) => words.includes(`${place}/`) || cwd.startsWith(`${place}/`);
        if (this.places().some(isAt)) found.push(Number(entry));
      } catch {
        // It has ended in the meantime.
      }
    }
    return found;
  }

  /** Nothing may be left running. */
  async assertQuiet(): Promise<void> {
    for (let tries = 0; tries < 20 && this.processes().length > 0; tries += 1) await sleep(50);
    const left = this.processes().map((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "));
    assert.deepEqual(left, [], "something still runs");
  }

  remove(): void {
    for (const pid of this.processes()) kill(pid);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits until something holds. */
export async function until(what: string, holds: () => boolean, seconds = 30): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(5);
  }
}

/** SIGKILL for a process that may be gone already. */
export function kill(pid: number | undefined, signal: NodeJS.Signals = "SIGKILL"): void {
  try {
    if (pid !== undefined) process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

export function reportOf(outcome: Outcome): DeployOutcome {
  assert.notEqual(outcome.stdout, "", outcome.stderr);
  return { ...outcome, report: JSON.parse(outcome.stdout) as Report };
}

/** Is this program there? */
export function hasProgram(name: string): Promise<boolean> {
  return new Promise((resolve) => execFile("bash", ["-c", `command -v ${name}`], (error) => resolve(error === null)));
}
