import { existsSync } from "node:fs";
import { join } from "node:path";
import { placesOfCommand } from "../../../compiler/command-places.js";
import { DEFINITION_NAME } from "../../../compiler/format/own-folders.js";
import { quoteWord } from "../../../compiler/format/quote.js";
import { deploy as deploySwarm } from "../../deploy/deploy.js";
import type { DeployEnd, DeployOptions } from "../../deploy/types.js";
import type { Redo } from "../../results/select-jobs.js";
import { RuntimeProblem } from "../../system/problem.js";
import { keepCommandPlaces, readCommandPlaces } from "../../workspace/command-places.js";
import { describeTrees, sayCollectedTree } from "../output/collected-tree.js";
import { CommandLines } from "../output/command-lines.js";
import { observeDeploy, summarizeDeploy } from "../output/deploy.js";
import { EXIT, type ExitCode } from "../output/exit-codes.js";
import { describeClusters, tellFailures } from "../output/failures.js";
import { sayNotes } from "../output/notes.js";
import { notify } from "../output/notify.js";
import { writeBundle } from "./build.js";
import { compileDefinition, findNewKeys } from "./compile-definition.js";
import { dryRun } from "./dry-run.js";
import { onInterrupts } from "./interrupts.js";
import type { Verb, VerbContext } from "./verb.js";

export interface DeployVerbOptions {
  readonly only?: readonly string[];
  readonly redo?: true | readonly string[];
  readonly limit?: number;
  readonly dryRun?: boolean;
  readonly keepLogs?: boolean;
  /** false: leave results/report.html as it is */
  readonly report?: boolean;
  readonly detach?: boolean;
  readonly takeOver?: boolean;
  readonly acceptNewHostKey?: boolean;
}

function readRedo(redo: DeployVerbOptions["redo"]): Redo {
  if (redo === undefined) return undefined;
  if (redo === true) return "all";
  const others = redo.filter((word) => word !== "all");
  if (others.length === redo.length) return redo;
  if (others.length > 0) {
    throw new RuntimeProblem(
      `--redo all means all jobs, and ${others.map(quoteWord).join(" ")} cannot be given with it`,
      `say --redo all, or --redo ${others.map(quoteWord).join(" ")}`,
    );
  }
  return "all";
}

/** Refuses a definition that was typed behind an option which takes several words. @throws RuntimeProblem */
function refuseDefinition(option: string, words: readonly string[], place: string): void {
  const definition =
    place === "." ? words.find((word) => word !== "" && existsSync(join(word, DEFINITION_NAME))) : undefined;
  if (definition === undefined) return;
  const others = words.filter((word) => word !== definition).map((word) => ` ${quoteWord(word)}`);
  throw new RuntimeProblem(
    `${option} takes every word behind it, and so took ${definition}, which is a definition`,
    `put the definition first: locusts deploy ${quoteWord(definition)} ${option}${others.join("")}`,
  );
}

function chooseJobs({ only, redo, limit }: DeployVerbOptions, place: string): DeployOptions["choice"] {
  if (only) refuseDefinition("--only", only, place);
  if (Array.isArray(redo)) refuseDefinition("--redo", redo, place);
  return { only, redo: readRedo(redo), limit };
}

async function compileAndBuild(context: VerbContext) {
  const compiled = await compileDefinition(context);
  const { workspace, compilation, target, bundle } = compiled;
  const { description, notes } = writeBundle(compiled, bundle);
  sayNotes(context.terminal, notes);
  const { digest } = description;
  const { check } = compilation.loaded;
  if (check === undefined || readCommandPlaces(workspace, target, digest)?.check !== check) {
    const lines = (await placesOfCommand(compilation)).map((place) => (place ? `${place.file}:${place.line}` : null));
    const [first] = compilation.enumeration.code ?? [];
    const list = first ? { list: first.placeOf(0).file } : {};
    keepCommandPlaces(workspace, target, { digest, check, lines, ...list });
  }
  return { workspace, target, bundle, description, newKeysOf: findNewKeys(compiled) };
}

export const deploy: Verb<DeployVerbOptions> = async (context, options) => {
  const { terminal } = context;
  const choice = chooseJobs(options, context.place);
  if (options.dryRun === true) return dryRun(context, choice);
  const { workspace, target, bundle, description, newKeysOf } = await compileAndBuild(context);
  const stop = new AbortController();
  const ends = description.access ? "leaving: what runs goes on" : "stopping: the running jobs are ended";
  let isAsked = false; // to leave, by another process
  const forget = onInterrupts([
    () => {
      stop.abort();
      terminal.say(`${ends} … (Ctrl-C again leaves at once)`);
    },
    () => {
      terminal.say("left at once; what still runs goes on: locusts status shows it, and locusts cancel ends it");
      process.exit(EXIT.interrupted);
    },
  ]);
  try {
    const commands = new CommandLines({ workspace, description, bundle });
    const once: Omit<DeployOptions, "description" | "newKeysOf"> = {
      workspace,
      target,
      bundle,
      choice,
      keepLogs: options.keepLogs === true,
      report: options.report === false ? undefined : tellFailures(commands),
      detach: options.detach === true,
      takeOver: options.takeOver === true,
      acceptNewHostKey: options.acceptNewHostKey === true,
      observer: observeDeploy(terminal, workspace),
      signal: stop.signal,
      askedToLeave() {
        isAsked = true;
        stop.abort();
        terminal.say(`locusts cancel was called elsewhere; ${ends} …`);
      },
    };
    let result = await deploySwarm({ ...once, description, newKeysOf });
    if (result.end.how === "outdated") {
      // An earlier run has been completed first, by what it has changed in the tree.
      for (const tree of result.trees) sayCollectedTree(terminal, workspace, tree);
      const current = await compileAndBuild(context);
      result = await deploySwarm({ ...once, description: current.description, newKeysOf: current.newKeysOf });
    }
    summarizeDeploy(terminal, workspace, result, isAsked, commands);
    const document = () => ({
      ...result.report,
      clusters: describeClusters(result.clusters),
      end: result.end,
      seconds: result.seconds,
      used: result.used,
      ...describeTrees(description, result.trees),
    });
    if (context.json) terminal.printDocument("deploy", document());
    await notify(terminal, workspace, description, result, () => JSON.stringify(document()));
    return exitCodeOf(result.end.how, result.report.jobs.failed, options.detach === true);
  } catch (error) {
    // Cut short in a question to the target, before anything was begun.
    if (error !== stop.signal.reason) throw error;
    const redo = choice.redo === undefined ? "" : ", but for what was to be redone: give --redo again";
    terminal.say(`stopped; locusts deploy goes on from here${redo}`);
    return EXIT.interrupted;
  } finally {
    forget();
  }
};

function exitCodeOf(how: DeployEnd["how"], failed: number, detached: boolean): ExitCode {
  if (how === "interrupted" || (how === "left" && !detached)) return EXIT.interrupted;
  // Jobs are left: who goes on where "some have failed" must not take this for it.
  if (how === "stopped") return EXIT.error;
  return failed > 0 ? EXIT.jobsFailed : EXIT.fine;
}
