import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { DEFINITION_NAME } from "../../compiler/format/own-folders.js";
import { LOCUSTS_VERSION } from "../../compiler/format/version.js";
import { listHome } from "../workspace/workspace.js";
import { completeInShells } from "./completion.js";
import { explainUnknownVerbs } from "./other-words.js";
import type { ExitCode } from "./output/exit-codes.js";
import { openTerminal } from "./output/terminal.js";
import { setTypedPlace } from "./output/where.js";
import type { RunOptions } from "./verbs/run.js";
import type { Verb, VerbContext } from "./verbs/verb.js";

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("It takes a whole number from 1.");
  return Number(text);
}

/** The options of what runs jobs. */
function withRunOptions(command: Command): Command {
  return command
    .option(
      "--only <what...>",
      "run no other jobs than these: by name, pattern, param=value, a cause of failure, or new, changed, failed",
    )
    .option(
      "--redo [what...]",
      "run also jobs that are done: all, or by name, pattern, param=value or the cause of their end",
    )
    .option("--limit <jobs>", "run at most so many jobs", wholeNumber)
    .option("-n, --dry-run", "say which jobs would run, why, and the first one's command; run and write nothing")
    .option("--keep-logs", "collect the logs of jobs that went well, too")
    .option("--no-report", "leave results/report.html as it is")
    .option("--detach", "leave as soon as it runs; status and gather come back to it")
    .option("--take-over", "have the swarm's folder on the target, whichever checkout it belonged to")
    .option("--accept-new-host-key", "trust a host that was never seen before, and remember its key");
}

function isDefinition(word: string): boolean {
  return (
    word !== "" &&
    word !== "." &&
    (existsSync(join(word, DEFINITION_NAME)) || (existsSync(word) && statSync(word).isFile()))
  );
}

function withCommonOptions(command: Command): Command {
  return command
    .option("-t, --target <name>", "one of the definition's targets (default: the only one, else local)")
    .option("--json", "print one document for programs on stdout");
}

interface CommonOptions {
  readonly target?: string;
  readonly json?: boolean;
}

/** What a verb is told of where it was called, and on what. */
function contextOf(word: string, { target, json = false }: CommonOptions): VerbContext {
  const place = word === "-" ? listHome(word) : word; // the list that came from standard input
  setTypedPlace(place, target);
  return { terminal: openTerminal(json), place, target, json };
}

/** Declares the verbs; each is loaded when it is called: the compiler is large. @param finish is told the exit code */
export function makeProgram(finish: (code: ExitCode) => void): Command {
  const program = new Command("locusts")
    .description("Runs a huge number of small, independent jobs, as a typed definition says.")
    .version(LOCUSTS_VERSION, "-V, --version")
    .exitOverride()
    .addHelpText(
      "after",
      `
Examples:
  locusts init sweep              begin a definition in the folder sweep
  locusts check                   is the definition here right?
  locusts deploy                  build, run what is new, changed or unfinished, gather
  locusts deploy swarms/cat-and-ls --target laptop
  locusts run tasks.txt           run each line of a file, two at a time: -j 2
  locusts status --json | jq .jobs

Exit codes: 0 fine, 1 error, 2 differs (diff, build --check), 3 some jobs failed, 64 wrong usage,
130 stopped by Ctrl-C, or left by it.`,
    );

  /** A verb on a definition, with the options that all of them have. Its module exports it by its name. */
  function verb<Name extends string, Options extends object>(
    name: Name,
    description: string,
    load: () => Promise<{ readonly [Verbs in Name]: Verb<Options> }>,
  ): Command {
    const command = program
      .command(name)
      .description(description)
      .argument("[definition]", "a folder with swarm.config.ts, or a definition's file", ".");
    withCommonOptions(command);
    command.action(async (place: string, options: Options & CommonOptions) => {
      const context = contextOf(place, options);
      const { [name]: run } = await load();
      finish(await run(context, options));
    });
    return command;
  }

  program
    .command("init")
    .description("begin a definition that works, to be changed")
    .argument("[definition]", "the folder of its swarm.config.ts, or a file that is to be it, as other.config.ts", ".")
    .option("--json", "print one document for programs on stdout")
    .action(async (place: string, options: CommonOptions) => {
      const { init } = await import("./verbs/init.js");
      finish(await init(contextOf(place, options), options));
    });
  verb("check", "check a definition and its inputs; write nothing", () => import("./verbs/check.js")).option(
    "--no-inputs",
    "do not look at inputs: the data need not be there; where jobs come from them, take those of the bundle",
  );
  verb("build", "compile a definition to a bundle that can be reviewed", () => import("./verbs/build.js"))
    .option("--out <folder>", "where the bundle goes (default: bundle/<target> beside the definition)")
    .option("--check", "write nothing; exit with 2 if the bundle is not up to date")
    .option("--no-inputs", "with --check: compare what can be without the data");
  verb(
    "doctor",
    "look at a target for what would fail there, before it does",
    () => import("./verbs/doctor.js"),
  ).option("--accept-new-host-key", "trust a host that was never seen before, and remember its key");
  withRunOptions(
    verb(
      "deploy",
      "build, run what is new, changed or unfinished, and gather the results",
      () => import("./verbs/deploy.js"),
    ),
  );
  verb("status", "tell where the swarm stands", () => import("./verbs/status.js")).option(
    "--watch",
    "first show how far the run is that goes on, until its end",
  );
  verb("gather", "collect what is finished, also while the swarm runs", () => import("./verbs/gather.js"))
    .option("--keep-logs", "collect the logs of jobs that went well, too")
    .option("--dry-run", "say what has changed in the jobs' trees, and what would become of it");
  verb(
    "report",
    "write results/report.html, a page of where the swarm stands",
    () => import("./verbs/report.js"),
  ).option("--open", "show it in the browser");
  verb("logs", "show what a job has printed, or which jobs have failed", () => import("./verbs/logs.js"))
    .option("--job <name>", "the job: its name in results/jobs.tsv, a part that no other has, or param=value")
    .option("-f, --follow", "show what that job, or each that runs, prints while it runs");
  const repro = program
    .command("repro")
    .description("run one job again, alone, in a fresh folder on its target, and show what it prints; nothing is kept")
    .argument("<job>", "the job: its name in results/jobs.tsv, a part that no other has, or param=value")
    .argument("[definition]", "a folder with swarm.config.ts, or a definition's file", ".");
  withCommonOptions(repro)
    .option("--trace", "show each command of the job before it runs, as set -x does")
    .option("--shell", "open a shell in that folder, with everything set and the command in a file")
    .action(async (first: string, second: string, options: { shell?: boolean; trace?: boolean } & CommonOptions) => {
      // Other verbs have the definition first: it is known by what lies there.
      const [job, place] = isDefinition(first) && !isDefinition(second) ? [second, first] : [first, second];
      const context = contextOf(place, options);
      const { repro: run } = await import("./verbs/repro.js");
      finish(await run(context, { ...options, job }));
    });
  verb("diff", "tell what the definition as it stands would change in the bundle", () => import("./verbs/diff.js"))
    .option("--against <revision>", "compare with the bundle of a git revision, not with the one that lies here")
    .option("--no-inputs", "with --against: compare the bundle that lies here; the data need not be there")
    .option("--markdown", "print a comment for a pull request");
  verb("cancel", "end what runs, and collect what is finished", () => import("./verbs/cancel.js"));
  verb(
    "clean",
    "remove working folders, staged inputs and outputs of earlier versions; never what lies in results/",
    () => import("./verbs/clean.js"),
  )
    .addOption(
      new Option(
        "--stale",
        "move away outputs and logs in results/ whose jobs the definition no longer has; remove nothing (clean does, later)",
      ).conflicts(["nodes", "reset"]),
    )
    .addOption(
      new Option(
        "--nodes",
        "take back nodes that are left out since nothing worked there; remove nothing else",
      ).conflicts("reset"),
    )
    .option("--reset", "the way out if something is damaged: remove all that Locusts has, but results");
  withRunOptions(program.command("run"))
    .description("run each line of a list of commands, as a swarm in <tasks>.locusts; no definition is needed")
    .argument("<tasks>", "a file with one command a line, or - for standard input")
    .option(
      "-j, --slots <jobs>",
      "how many lines run at a time (default: as many as this machine has cores)",
      wholeNumber,
    )
    .option("--folder <folder>", "where the lines run (default: here)")
    .addOption(
      new Option("--save", "write the definition, to be changed, and run nothing").conflicts([
        "only",
        "redo",
        "limit",
        "dryRun",
        "detach",
        "keepLogs",
        "takeOver",
        "acceptNewHostKey",
      ]),
    )
    .option("-t, --target <name>", "one of a saved definition's targets (default: the only one, else local)")
    .option("--json", "print one document for programs on stdout")
    .action(async (place: string, options: RunOptions & CommonOptions) => {
      const context = contextOf(place, options);
      const { run } = await import("./verbs/run.js");
      finish(await run({ ...context, place }, options));
    });
  program
    .command("import-tree")
    .description("print a tree file of the predecessor as tree(…), to be pasted into a definition")
    .argument("<file>", "the tree file, such as fs_tree.fst")
    .option("--root <folder>", "the folder that it is about, from the definition's folder", "environment")
    .option("--json", "print one document for programs on stdout")
    .action(async (file: string, options: { readonly root: string; readonly json?: boolean }) => {
      const { importTree } = await import("./verbs/import-tree.js");
      finish(importTree(openTerminal(options.json === true), file, options.root, options.json === true));
    });
  completeInShells(program);
  explainUnknownVerbs(program);
  program.showHelpAfterError("(see: locusts --help)");
  for (const command of program.commands) command.showHelpAfterError(`(see: locusts ${command.name()} --help)`);
  return program;
}
