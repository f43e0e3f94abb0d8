import { spawn } from "node:child_process";
import { once } from "node:events";
import type { BundledJob } from "../../../compiler/format/bundle.js";
import { quoteWord } from "../../../compiler/format/quote.js";
import type { DeployedSwarm } from "../../collect/deployed-swarm.js";
import { type OfferedShell, type ReproEnd, reproJob } from "../../collect/repro-job.js";
import { packLine } from "../../hosts/script/packed-script.js";
import { configurationWords } from "../../hosts/ssh/settings.js";
import { secondsOf } from "../../run/journal.js";
import { RuntimeProblem } from "../../system/problem.js";
import { CommandLines } from "../output/command-lines.js";
import { EXIT, type ExitCode } from "../output/exit-codes.js";
import { sayRepro } from "../output/repro.js";
import { findJob } from "./find-job.js";
import { onInterrupts } from "./interrupts.js";
import { useDeployed } from "./use-deployed.js";
import type { Verb, VerbContext } from "./verb.js";

export interface ReproOptions {
  readonly job: string;
  readonly shell?: boolean;
  readonly trace?: boolean;
}

/** So much of the end of what a job prints is in the document for programs, in bytes. */
const MOST_IN_JSON = 10 << 20;

/** The end of what a job prints. */
class Tail {
  #blocks: Buffer[] = [];
  #length = 0;

  add(block: Buffer): void {
    this.#blocks.push(block);
    this.#length += block.length;
    while (this.#length - (this.#blocks[0] as Buffer).length >= MOST_IN_JSON) {
      this.#length -= (this.#blocks.shift() as Buffer).length;
    }
  }

  toString(): string {
    return Buffer.concat(this.#blocks).subarray(-MOST_IN_JSON).toString("utf8");
  }
}

/** The command line by which this terminal becomes a shell of the job. */
function shellCommand({ description }: DeployedSwarm, { startFile, allocation }: OfferedShell): readonly string[] {
  const keep = ["HOME", "TERM", "USER", "LOGNAME"].map((name) => `${name}="$${name}"`).join(" ");
  const bash = `exec env -i ${keep} bash --noprofile --rcfile ${quoteWord(startFile)} -i`;
  const inside =
    allocation === undefined ? bash : `exec srun --jobid=${allocation} --overlap --pty bash -c ${quoteWord(bash)}`;
  const { host } = description.access ?? { host: null };
  // The user's own ssh has what a terminal needs.
  return host === null ? ["bash", "-c", inside] : ["ssh", "-t", ...configurationWords(), "--", host, packLine(inside)];
}

async function openShell(deployed: DeployedSwarm, shell: OfferedShell): Promise<void> {
  const [program, ...args] = shellCommand(deployed, shell) as [string, ...string[]];
  const child = spawn(program, args, { stdio: "inherit" });
  const [code, killed] = await once(child, "exit");
  // What ssh and bash have to say they have said; the shell itself ends as whatever ran in it last.
  if (killed || (program === "ssh" && code === 255)) {
    throw new RuntimeProblem(`no shell could be opened: ${program} has ended with ${killed ?? `exit code ${code}`}`);
  }
}

/** Runs a job alone; shows what it prints, or collects that for a document. */
async function run(context: VerbContext, deployed: DeployedSwarm, job: BundledJob, options: ReproOptions) {
  const { terminal, json } = context;
  const printed = { out: new Tail(), err: new Tail() };
  const stop = new AbortController();
  const isShell = options.shell === true;
  let shell: Promise<unknown> | undefined;
  const commands = new CommandLines(deployed);
  // In a shell, Ctrl-C is for what runs there.
  const forget = onInterrupts(
    Array.from({ length: isShell ? 1000 : 1 }, () => () => {
      if (!shell) stop.abort();
    }),
  );
  try {
    const mode = isShell ? "shell" : options.trace === true ? "trace" : "as-always";
    const end = await reproJob(
      deployed,
      job,
      mode,
      {
        printed(stream, block) {
          if (json) printed[stream].add(block);
          else terminal.pass(stream, block, commands.translatorOf(stream, job.name));
        },
        waiting: (message) => terminal.say(message),
        offered(offer) {
          shell = openShell(deployed, offer).finally(() => stop.abort());
          shell.catch(() => {}); // it is waited for below
        },
      },
      stop.signal,
    );
    await shell;
    return { end, printed, hadShell: shell !== undefined };
  } finally {
    forget();
  }
}

/** A document's part on how it ended. */
function describeEnd(end: ReproEnd) {
  if (!end) return { cause: null, exitCode: null, detail: "", seconds: null, host: null };
  const { cause, exitCode, detail, host } = end;
  return { cause, exitCode, detail, seconds: secondsOf(end), host };
}

/** `locusts repro`: runs one job again, alone, in a fresh folder on its target, and shows what it prints. */
export const repro: Verb<ReproOptions> = (context, options) =>
  useDeployed(context, "look", async (deployed) => {
    if (options.shell === true && (context.json || process.stdin.isTTY !== true)) {
      throw new RuntimeProblem("--shell needs a terminal", "leave it out; --trace shows each command of the job");
    }
    const job = findJob(deployed, options.job);
    const { end, printed, hadShell } = await run(context, deployed, job, options);
    if (context.json) {
      const [out, err] = [printed.out.toString(), printed.err.toString()];
      context.terminal.printDocument("repro", {
        target: deployed.target,
        job: job.name,
        out,
        err,
        ...describeEnd(end),
      });
    } else if (end) {
      const hasData = deployed.description.outputs.some(({ data }) => data);
      sayRepro(context.terminal, job.name, end, hasData);
    }
    if (!end) return hadShell ? EXIT.fine : EXIT.interrupted;
    return end.exitCode as ExitCode;
  });
