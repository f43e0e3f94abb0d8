import { type ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Lab } from "./lab.js";
import type { Point } from "./point.js";
import { killAll, processesOf, waitUntilGone } from "./processes.js";
import { DEPLOY, type Scenario } from "./scenarios.js";
import type { Site } from "./site.js";
import { LONGEST, type VerbEnd, type Verbs } from "./verbs.js";

/** A verb that was traced. */
export interface TracedEnd extends VerbEnd {
  /** whether the fault's place was reached */
  readonly hit: boolean;
  /** the calls that it made, `CLASS<TAB>COUNT`; of a fault, that one alone */
  readonly calls: readonly string[];
}

/** What has to be there before a scenario's verb: where a deploy is ended, and how. */
const ENDS_OF_DEPLOYS = {
  abandoned: { fault: "kill", nth: 2, place: "cli|link|results/out/N.txt" },
  dead: { fault: "kill-all", nth: 4, place: "manager|write|.locusts/local/runs/N/journal/main.N.tsv" },
} as const;

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** A scenario's definition in a fresh folder, and what is done with it. */
export class Case {
  readonly folder: string;
  /** the definition's folder */
  readonly place: string;
  /** where jobs say when they start and end */
  readonly tally: string;
  /** the target's directory on another machine */
  readonly directory: string;
  readonly #tracers: ChildProcess[] = [];
  #steps = 0;
  #isPreparing = false;

  constructor(
    readonly lab: Lab,
    readonly verbs: Verbs,
    readonly site: Site,
    readonly scenario: Scenario,
    name: string,
  ) {
    this.folder = join(lab.folder, "cases", name);
    this.place = join(this.folder, "swarm");
    this.tally = join(site.home ?? this.folder, `${name}.tally`);
    this.directory = join(site.home ?? this.folder, name);
    const text = scenario.definition({ tally: this.tally, directory: this.directory });
    for (const [path, content] of Object.entries({ ...scenario.files, "swarm.config.ts": text })) {
      mkdirSync(dirname(join(this.place, path)), { recursive: true });
      writeFileSync(join(this.place, path), content);
    }
  }

  /** The swarm's folder on the target. */
  get target(): string {
    return this.site.user === undefined
      ? join(this.place, ".locusts", "local")
      : join(this.directory, this.site.user, "swarm");
  }

  get folders(): readonly string[] {
    return [this.folder, this.directory];
  }

  /** All that was started for this case and still runs. */
  processes(): number[] {
    return processesOf(
      this.folders,
      this.#tracers.map(({ pid }) => pid),
    );
  }

  waitUntilQuiet(milliseconds: number): Promise<string[]> {
    return waitUntilGone(() => this.processes(), milliseconds);
  }

  /** Runs a verb to which nothing happens. */
  async verb(words: readonly string[]): Promise<VerbEnd> {
    const end = await this.verbs.run({ words, folder: this.place, environment: this.site.environment });
    if (end.code === "hang") await killAll(() => this.processes());
    return end;
  }

  /**
   * Runs a verb under the tracer; returns when it has ended, whatever it has left running.
   *
   * @param meanwhile what happens while it pauses at the point
   */
  async traced(
    words: readonly string[],
    point?: Pick<Point, "fault" | "nth" | "place">,
    meanwhile?: () => Promise<void>,
  ): Promise<TracedEnd> {
    const step = join(this.folder, `step${++this.#steps}`);
    const [log, status] = [`${step}.calls`, `${step}.status`];
    const options = ["--root", this.place, "--root", this.target, "--log", log, "--status", status];
    // One tracer alone can have them, and what prepares a case is at an end when the verb begins.
    const daemons = this.#isPreparing ? [] : this.site.daemons;
    for (const daemon of daemons) options.push("--daemon", String(daemon));
    if (point) options.push("--at", point.place, "--nth", String(point.nth), "--fault", point.fault);
    const streams = [openSync(`${step}.out`, "w"), openSync(`${step}.err`, "w")] as const;
    const tracer = spawn(this.lab.tracer, [...options, "--", process.execPath, ...this.lab.cli, ...words], {
      cwd: this.place,
      env: { ...process.env, ...this.site.environment },
      detached: true,
      stdio: ["ignore", ...streams],
    });
    for (const stream of streams) closeSync(stream);
    this.#tracers.push(tracer);
    let pauses = meanwhile;
    for (const end = Date.now() + LONGEST; Date.now() < end && tracer.exitCode === null; await sleep(15)) {
      if (pauses && readIfThere(log).endsWith("\thit\n")) {
        await pauses();
        pauses = undefined;
        tracer.kill("SIGUSR2");
      }
      if (readIfThere(status).endsWith("\n")) break;
    }
    const [, how, number] = /^(exit|signal) (\d+)\n$/.exec(readIfThere(status)) ?? [];
    if (how === undefined) await killAll(() => this.processes());
    const calls = readIfThere(log).split("\n").slice(0, -1);
    const code = how === undefined ? "hang" : how === "exit" ? Number(number) : (`signal ${Number(number)}` as const);
    return {
      ...{ words, code, calls },
      stdout: readIfThere(`${step}.out`),
      stderr: readIfThere(`${step}.err`),
      hit: calls.some((line) => line.endsWith("\thit")),
    };
  }

  /** Starts a manager by hand, as the README shows it; undefined where there is none on this machine. */
  async startManager(): Promise<VerbEnd | undefined> {
    const script = join(this.target, "bundle", "manager.sh");
    if (this.scenario.where !== "here" || !existsSync(script)) return undefined;
    return new Promise((resolve) => {
      const options = { cwd: this.place, timeout: LONGEST / 2, killSignal: "SIGKILL" } as const;
      const child = execFile("bash", ["-p", script], options, (error, stdout, stderr) => {
        const code = error?.killed ? "hang" : (child.exitCode ?? 0);
        resolve({ words: ["manager.sh"], code, stdout, stderr });
      });
    });
  }

  /** Waits until one more job has started; not for ever. */
  async waitForStart(): Promise<void> {
    const before = readIfThere(this.tally).length;
    for (const end = Date.now() + 10_000; Date.now() < end; await sleep(15))
      if (readIfThere(this.tally).length > before) return;
  }

  /** A disk that has become bad stays so until nothing runs any more. */
  async mendDisk(): Promise<void> {
    await this.waitUntilQuiet(5000);
    for (const tracer of this.#tracers) if (tracer.exitCode === null) tracer.kill("SIGUSR1");
  }

  /** Has what the verb is to find. */
  async prepare(): Promise<void> {
    const { before } = this.scenario;
    if (before === "nothing") return;
    if (before === "done") {
      const { code, stderr } = await this.verb(DEPLOY);
      if (code !== 0) throw new Error(`the deploy before it ended with ${code}: ${stderr}`);
      return;
    }
    this.#isPreparing = true;
    const end = await this.traced(["deploy"], ENDS_OF_DEPLOYS[before]);
    this.#isPreparing = false;
    if (!end.hit) throw new Error(`the deploy before it was not killed: ${end.code} ${end.stderr}`);
    if (before === "dead") await this.waitUntilQuiet(5000);
  }

  /** Ends all that it has left. */
  async end(): Promise<void> {
    await killAll(() => this.processes());
    for (const tracer of this.#tracers) {
      if (tracer.exitCode === null && tracer.signalCode === null) {
        const gone = new Promise((resolve) => tracer.once("exit", resolve));
        tracer.kill();
        await gone;
      }
    }
  }

  remove(): void {
    for (const path of [this.folder, this.directory, this.tally])
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  }
}
