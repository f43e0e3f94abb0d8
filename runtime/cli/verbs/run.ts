import { createWriteStream, existsSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { textOf } from "../../../compiler/format/file-access.js";
import { makeFolders } from "../../../compiler/format/make-folders.js";
import { DEFINITION_NAME } from "../../../compiler/format/own-folders.js";
import { quoteWord } from "../../../compiler/format/quote.js";
import { draftOf, writeAtomically } from "../../../compiler/format/write-atomically.js";
import { RuntimeProblem } from "../../system/problem.js";
import { lockState } from "../../workspace/deploy-lock.js";
import { listHome } from "../../workspace/workspace.js";
import { EXIT, type ExitCode } from "../output/exit-codes.js";
import { fromHere } from "../output/where.js";
import { type DeployVerbOptions, deploy } from "./deploy.js";
import type { Verb, VerbContext } from "./verb.js";

export interface RunOptions extends DeployVerbOptions {
  readonly slots?: number;
  readonly folder?: string;
  readonly save?: boolean;
}

/** Begins a definition that is made anew by each run; one without it is the user's own. */
const MADE_ANEW = "// Made by locusts run, and made anew each time; locusts run --save gives you one to change.\n";

/** Where a list is kept that comes by standard input, in the folder that is its home. */
const FROM_INPUT = "tasks.txt";

/** Where a saved definition says what an option says of others. */
const IN_DEFINITION = {
  slots: "write local({ slots: … }) in",
  folder: "write commands(…, { folder: … }) in",
  save: "change",
} as const;

/** A list's name as a swarm's: letters, digits, `.`, `_` and `-`. */
function swarmName(list: string): string {
  const name = basename(list)
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 100);
  return name === "" ? "tasks" : name;
}

/** The definition of a swarm whose jobs are the lines of a list. Its paths start at its own folder. */
function definitionOf(list: string, folder: string, name: string, slots: number | undefined): string {
  const options = slots === undefined ? "" : `{ slots: ${slots} }`;
  return `import { commands, defineSwarm, local } from "locusts";

export default defineSwarm({
  name: ${JSON.stringify(name)},
  // A job for each line, which runs in this folder as it would by hand.
  jobs: commands(${JSON.stringify(list)}, { folder: ${JSON.stringify(folder)} }),
  command: ({ line }) => line,
  targets: {
    local: local(${options}),
  },
});
`;
}

/** Where the lines have run until now, from the definition's folder; undefined if they never have. */
function lastFolder(definition: string): string | undefined {
  const [, written] = /\{ folder: ("(?:[^"\\]|\\.)*") \}\),$/m.exec(textOf(definition) ?? "") ?? [];
  return written === undefined ? undefined : (JSON.parse(written) as string);
}

/**
 * Lines with relative paths, and those that append, would do harm where they are not meant to run.
 *
 * @throws RuntimeProblem if they would run elsewhere than until now, and nobody has asked for it
 */
function refuseOtherFolder(home: string, definition: string, folder: string): void {
  const before = lastFolder(definition);
  if (before === undefined || resolve(home, before) === resolve(home, folder)) return;
  const place = (path: string) => fromHere(resolve(home, path));
  throw new RuntimeProblem(
    `the lines have run in ${place(before)} until now, and called from here they would run in ${place(folder)}`,
    `say where: --folder ${place(before)}, or --folder ${place(folder)}, where all of them run again`,
  );
}

/** Is there a definition that a run may not replace? */
function isSaved(definition: string): boolean {
  return existsSync(definition) && textOf(definition)?.startsWith(MADE_ANEW) !== true;
}

/** What was named as a list of commands, and is none. */
function noList(place: string): RuntimeProblem {
  const hint = "name a list of commands, or - for standard input";
  if (existsSync(join(place, DEFINITION_NAME))) {
    return new RuntimeProblem(
      `${place} has a definition, and run takes a list of commands`,
      "it is run by locusts deploy",
    );
  }
  if (!existsSync(place)) return new RuntimeProblem(`there is no file ${place}`, hint);
  return new RuntimeProblem(
    `${place} is no file`,
    `${hint}; a folder's files become jobs by a definition: locusts init`,
  );
}

/** Is there nothing in a file but blank lines, if any? */
function isBlank(file: string): boolean {
  return statSync(file).size < 4096 && (textOf(file) ?? "").trim() === "";
}

/** Has the list where it can be read again and again. @returns its path */
async function takeList(place: string, home: string): Promise<string> {
  if (place !== "-") {
    if (statSync(place, { throwIfNoEntry: false })?.isFile()) return resolve(place);
    throw noList(place);
  }
  makeFolders(home);
  const list = join(home, FROM_INPUT);
  const draft = draftOf(list);
  await pipeline(process.stdin, createWriteStream(draft));
  if (isBlank(draft)) {
    rmSync(draft);
    throw new RuntimeProblem("nothing has come by standard input", "give it commands, one a line");
  }
  renameSync(draft, list);
  return list;
}

/** The definition of a run. @throws RuntimeProblem if its lines would run elsewhere than until now, or on no target of its */
function madeAnew(home: string, list: string, { place, target = "local" }: VerbContext, options: RunOptions): string {
  if (target !== "local") {
    const call = `locusts run ${quoteWord(place)} --save`;
    throw new RuntimeProblem(
      `there is no target "${target}": run has its lines run on this machine, as the target local`,
      `other targets are for a definition that you have saved: ${call}`,
    );
  }
  const folder = relative(home, options.folder ?? ".") || ".";
  if (options.folder === undefined) refuseOtherFolder(home, join(home, DEFINITION_NAME), folder);
  return MADE_ANEW + definitionOf(list, folder, swarmName(place === "-" ? "stdin" : place), options.slots);
}

/**
 * What a run would do: its definition is written beside the home, where its paths mean the same, and goes again. Another run
 * may make the home meanwhile.
 */
async function lookAlone(context: VerbContext, options: RunOptions, home: string): Promise<ExitCode> {
  const { place } = context;
  if (place !== "-") await takeList(place, home); // the folder beside which it lies may not be there
  const folder = mkdtempSync(`${home}.look-`);
  const standIn = join(folder, DEFINITION_NAME);
  try {
    const list = await takeList(place, folder);
    writeFileSync(standIn, madeAnew(home, relative(folder, list), context, options));
    const isThere = existsSync(join(home, DEFINITION_NAME));
    return await deploy(isThere ? { ...context, place: home, standIn } : { ...context, place: folder }, options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `locusts run tasks.txt`: a swarm of its lines beside it, without a definition. */
export const run: Verb<RunOptions> = async (context, options) => {
  const { terminal, place } = context;
  const home = resolve(listHome(place));
  const definition = join(home, DEFINITION_NAME);
  if (options.dryRun === true && !isSaved(definition)) return lookAlone(context, options, home);
  if (place !== "-") await takeList(place, home); // where there is no list, nothing is made
  makeFolders(home);
  // From before its list and its definition are written: another run would deploy those.
  const unlock = await lockState(home, { waiting: terminal.say });
  return runLocked(context, options, home).finally(unlock);
};

async function runLocked(context: VerbContext, options: RunOptions, home: string): Promise<ExitCode> {
  const { terminal, place } = context;
  const definition = join(home, DEFINITION_NAME);
  const list = await takeList(place, home);
  const shown = fromHere(definition);
  if (isSaved(definition)) {
    for (const name of ["slots", "folder", "save"] as const) {
      if (options[name] === undefined) continue;
      const message = `${name === "slots" ? "-j (--slots)" : `--${name}`} is not for a definition that was saved`;
      throw new RuntimeProblem(message, `it is yours: ${IN_DEFINITION[name]} ${shown}`);
    }
  } else {
    const text = madeAnew(home, relative(home, list), context, options);
    makeFolders(home);
    writeAtomically(definition, [options.save ? text.slice(MADE_ANEW.length) : text]);
    // Nothing of it is worth a commit, unless the user has taken it over.
    writeAtomically(join(home, ".gitignore"), [options.save ? ".locusts/\nresults/\n!bundle/lib/\n" : "*\n"]);
  }
  if (options.save !== true) return deploy({ ...context, place: home }, options);
  if (context.json) terminal.printDocument("run", { folder: home, written: [DEFINITION_NAME] });
  else {
    terminal.report.say(`written: ${shown}`);
    terminal.report.say(`  next: locusts run ${quoteWord(place)}`);
  }
  return EXIT.fine;
}
