import { existsSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { describedIn } from "../../compiler/format/bundle.js";
import { errorCode, namesIn, textOf } from "../../compiler/format/file-access.js";
import { MACHINERY_FOLDER } from "../../compiler/format/machinery.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { DEFINITION_NAME, HOME_ENDING } from "../../compiler/format/own-folders.js";
import { writeAtomically } from "../../compiler/format/write-atomically.js";
import { RuntimeProblem } from "../system/problem.js";
import { definitionsIn, hintForNoDefinition } from "./missing-definition.js";

/** Where a definition's things lie. */
export interface Workspace {
  /** absolute path of the definition */
  readonly definition: string;
  /** its folder, from which its paths start */
  readonly folder: string;
  /** what Locusts writes for it lies here: beside it, or in a folder of its own where that is another definition's place */
  readonly home: string;
  /** local state, and the local targets' own directories */
  readonly state: string;
  readonly results: string;
}

/** The folder of the swarm that `locusts run` makes of a list of commands; `-` is standard input. */
export function listHome(list: string): string {
  return `${list === "-" ? "stdin" : list}${HOME_ENDING}`;
}

/**
 * The definition whose bundles and results lie in a folder, beside it: the one that has had it, or the only one; of several
 * that come at once none has it.
 */
function ownerOf(folder: string, asking: string): string | undefined {
  const bundles = join(folder, "bundle");
  const known = [
    readText(join(folder, ".locusts", "definition"), DEFINITION_FILE),
    ...namesIn(bundles).map((target) => describedIn(join(bundles, target))?.source ?? ""),
    DEFINITION_NAME,
  ];
  const owner = known.find((name) => name !== "" && existsSync(join(folder, name)));
  if (owner !== undefined) return owner;
  return definitionsIn(folder).every((path) => basename(path) === asking) ? asking : undefined;
}

/** Finds the definition that is meant by a folder or file, or by a list of commands that was run. @throws RuntimeProblem if there is none */
export function openWorkspace(place: string): Workspace {
  const typed = resolve(place);
  const path = existsSync(join(listHome(typed), DEFINITION_NAME)) ? listHome(typed) : typed;
  let stats: Stats | undefined;
  try {
    stats = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (!["ENOTDIR", "ELOOP", "ENAMETOOLONG"].includes(errorCode(error) ?? "")) throw error;
  }
  const hint = () => hintForNoDefinition(place, path);
  if (!stats) throw new RuntimeProblem(`there is no file or folder ${path}`, hint());
  const definition = stats.isDirectory() ? join(path, DEFINITION_NAME) : path;
  if (!existsSync(definition)) {
    throw new RuntimeProblem(`there is no ${DEFINITION_NAME} in ${path}`, hint());
  }
  if (!statSync(definition).isFile() || !/\.[cm]?[jt]s$/.test(definition)) {
    throw new RuntimeProblem(
      `${definition} is no definition: that is a file of TypeScript, ${DEFINITION_NAME} or another name in .ts`,
      hint(),
    );
  }
  const folder = dirname(definition);
  const home = ownerOf(folder, basename(definition)) === basename(definition) ? folder : `${definition}${HOME_ENDING}`;
  return { definition, folder, home, state: join(home, ".locusts"), results: join(home, "results") };
}

/** Files in the state folder: what is known of results, which stays as long as they do, and what saves time. */
export const STATE_FILES = {
  ledger: "ledger.tsv",
  placed: "placed.tsv",
  applied: "applied.tsv",
  tree: "tree.tsv",
  digests: "digests.tsv",
  checked: "checked.tsv",
  tables: "tables",
  putting: "putting",
  keys: "keys",
} as const;

/** Where the bundle of a target goes unless the command line says otherwise. */
export function bundleFolder(workspace: Workspace, target: string): string {
  return join(workspace.home, "bundle", target);
}

/** Where the machinery of a bundle goes: beside the bundles of all targets, or into one that lies elsewhere. */
export function machineryFolder(workspace: Workspace, bundle: string): string {
  const bundles = join(workspace.home, "bundle");
  return join(dirname(bundle) === bundles ? bundles : bundle, MACHINERY_FOLDER);
}

/**
 * Where the bundle of a target that was deployed may lie, the likeliest first: each is a copy of it, as long as the
 * definition has not changed.
 *
 * @param here the target's folder, or what is known of it on this machine
 */
export function knownBundles(workspace: Workspace, target: string, here: string): readonly string[] {
  const home = targetDirectory(workspace, target);
  const folders = [
    join(here, "bundle"),
    join(home, "bundle"),
    join(home, "next-bundle"),
    bundleFolder(workspace, target),
  ];
  return [...new Set(folders)];
}

export function targetDirectory(workspace: Workspace, target: string): string {
  return join(workspace.state, target);
}

/** The text of a state file; one that is empty, damaged, or cannot be read, counts as missing. */
function readText(path: string, whole: RegExp): string {
  return whole.exec((textOf(path) ?? "").trim())?.[0] ?? "";
}

const DEFINITION_FILE = /^[^/\p{Cc}\uFFFD]+\.[cm]?[jt]s$/u;

/** Makes `.locusts/`, which git is told to ignore. */
export function prepareState(workspace: Workspace): void {
  const name = basename(workspace.definition);
  const place = join(workspace.state, "definition");
  makeFolders(workspace.state);
  if (readText(join(workspace.state, ".gitignore"), /^\*/m) === "")
    writeAtomically(join(workspace.state, ".gitignore"), "*\n");
  if (readText(place, DEFINITION_FILE) !== name) writeAtomically(place, `${name}\n`);
}
