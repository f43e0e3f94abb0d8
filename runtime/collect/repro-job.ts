import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { type BundledJob, collectedTree } from "../../compiler/format/bundle.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { loadScript } from "../hosts/load-script.js";
import { scriptProblem } from "../hosts/run-script.js";
import type { Stream } from "../results/logs.js";
import { type EndedTry, JournalReader } from "../run/journal.js";
import { removeFolder } from "../system/files.js";
import { RuntimeProblem } from "../system/problem.js";
import { stageRun } from "../transfer/stage-run.js";
import type { DeployedSwarm } from "./deployed-swarm.js";
import { RecordReader } from "./record-reader.js";

/** The exit code of `run-alone.sh` where the target's machinery cannot do it. */
const OLD_MACHINERY = 3;

/** How a job is run alone. */
export type ReproMode = "as-always" | "trace" | "shell";

/** Where a shell of a job can be had, on the target. */
export interface OfferedShell {
  /** bash is to read it at its start */
  readonly startFile: string;
  /** SLURM's number of the allocation that it is in */
  readonly allocation: string | undefined;
}

export interface ReproObserver {
  /** what the job prints, as it comes */
  printed(stream: Stream, block: Buffer): void;
  /** what is waited for, in words */
  waiting(message: string): void;
  /** a shell can be had, until `signal` ends all of it */
  offered(shell: OfferedShell): void;
}

/** How it ended; undefined if somebody ended it. */
export type ReproEnd = Pick<EndedTry, "cause" | "exitCode" | "detail" | "start" | "end" | "host"> | undefined;

/** Refuses what cannot be run without being more than a look. @throws RuntimeProblem */
function refuseTree({ description }: DeployedSwarm): void {
  if (collectedTree(description)?.mode !== "inPlace") return;
  throw new RuntimeProblem(
    "its jobs run in place, in a tree that they change: once more would change it once more",
    "look at a job's folder and logs: locusts logs --job NAME; or give jobs a copy of the tree, by mode: copy or perJob",
  );
}

/**
 * Runs one job of a deployed swarm once more, alone, in a fresh folder on its target, by the same machinery. Nothing of
 * it counts as a result, and nothing of it stays.
 *
 * @param signal aborted: it is ended
 * @throws RuntimeProblem if it cannot be run, or if an input has changed since the swarm was built
 */
export async function reproJob(
  deployed: DeployedSwarm,
  job: BundledJob,
  mode: ReproMode,
  observer: ReproObserver,
  signal: AbortSignal,
): Promise<ReproEnd> {
  refuseTree(deployed);
  const { description, bundle, files, host, ledger, workspace } = deployed;
  if (description.tree && !collectedTree(description))
    observer.waiting("it runs where all lines of the list do, as it would by hand: what it does there stays");
  const name = `repro-${randomBytes(6).toString("hex")}`;
  const nested = files.within(name);
  const begun = await host.run(loadScript("target/begin-alone"), [files.there, name]);
  if (begun.code !== 0) throw scriptProblem(host, begun);
  const input = new PassThrough();
  const stop = () => input.end();
  const journal = mkdtempSync(join(tmpdir(), "locusts-repro-"));
  try {
    makeFolders(nested.here);
    const last = ledger.get(job.key);
    const staged = await stageRun({
      bundle,
      description,
      sources: workspace.folder,
      files: nested,
      wanted: [job],
      managers: 1,
      isFree: false,
      tries: Math.max(0, (last?.attempts ?? 1) - 1), // what a try may have can depend on which one it is
    });
    await nested.send(staged, () => {});
    if (signal.aborted) return undefined;
    signal.addEventListener("abort", stop);
    let said = "";
    let allocation: string | undefined;
    const reader = new RecordReader((word, block) => {
      if (word === "out" || word === "err") observer.printed(word, block);
      else if (word === "journal") keepJournal(journal, block);
      else if (word === "allocation") allocation = block.toString();
      else if (word === "shell") observer.offered({ startFile: block.toString(), allocation });
      else if (word === "log") {
        said += block.toString();
        const waits = /srun: (job \d+ queued and waiting for resources)/.exec(block.toString());
        if (waits) observer.waiting(`SLURM: ${waits[1]}`);
      }
    });
    const output = new Writable({
      write(block: Buffer, _encoding, done) {
        reader.take(block);
        done();
      },
    });
    const args = [files.there, name, String(job.number), mode, description.pilots ? "slurm" : "here"];
    const ended = await host.run(loadScript("target/run-alone"), args, { input, output });
    if (ended.code === OLD_MACHINERY) {
      throw new RuntimeProblem(
        `what was deployed to ${deployed.target} is of a version of Locusts that cannot run a job alone`,
        "deploy it again: locusts deploy",
      );
    }
    if (signal.aborted) return undefined;
    if (ended.code !== 0) throw scriptProblem(host, ended, "the job cannot be run");
    return readEnd(journal, said, host.name);
  } finally {
    signal.removeEventListener("abort", stop);
    rmSync(journal, { recursive: true, force: true });
    await host.run('rm -rf -- "$1/$2"', [files.there, name]).catch(() => {});
    removeFolder(nested.here);
  }
}

function keepJournal(folder: string, text: Buffer): void {
  makeFolders(join(folder, "journal"));
  writeFileSync(join(folder, "journal", "main.1.tsv"), text);
}

/** @param said what the manager, or srun, has printed @throws RuntimeProblem if the job was not run */
function readEnd(folder: string, said: string, host: string): ReproEnd {
  let last: ReproEnd;
  let why = "";
  new JournalReader(folder).read({
    ended(ended) {
      last = ended;
    },
    left(_incarnation, reason, detail) {
      why = detail === "" ? reason : detail;
    },
  });
  if (last) return last;
  const words = why !== "" && why !== "finished" ? why : said.trim().split("\n").at(-1);
  throw new RuntimeProblem(`${host}: the job was not run${words ? `: ${words}` : ""}`);
}
