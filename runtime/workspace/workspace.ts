import { existsSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { errorCode, textOf } from "../../compiler/format/file-access.js";
import { MACHINERY_FOLDER } from "../../compiler/format/machinery.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { writeAtomically } from "../../compiler/format/write-atomically.js";
import { RuntimeProblem } from "../system/problem.js";
import { hintForNoDefinition } from "./missing-definition.js";

export const DEFINITION_NAME = "swarm.config.ts";

/** Where a definition's things lie: all of them beside it. */
export interface Workspace {
  /** absolute path of the definition */
  readonly definition: string;
  readonly folder: string;
  /** local state, and the local targets' own directories */
  readonly state: string;
  readonly results: string;
}

/** The folder of the swarm that `locusts run` makes of a list of commands; `-` is standard input. */
export function listHome(list: string): string {
  return `${list === "-" ? "stdin" : list}.locusts`;
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
  const hint = () => hintForNoDefinition(place, path, DEFINITION_NAME);
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
  return { definition, folder, state: join(folder, ".locusts"), results: join(folder, "results") };
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
  return join(workspace.folder, "bundle", target);
}

/** Where the machinery of a bundle goes: beside the bundles of all targets, or into one that lies elsewhere. */
export function machineryFolder(workspace: Workspace, bundle: string): string {
  const bundles = join(workspace.folder, "bundle");
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

/**
 * Refuses what is kept of another definition: whoever asks for one swarm is not told of another.
 *
 * @returns whether it is this one's; false: nobody's yet, or that of a definition that is gone, as after it was renamed
 * @throws RuntimeProblem if it belongs to another definition
 */
export function refuseForeignState(workspace: Workspace): boolean {
  const name = basename(workspace.definition);
  const owned = readText(join(workspace.state, "definition"), DEFINITION_FILE);
  if (owned === name) return true;
  if (owned !== "" && existsSync(join(workspace.folder, owned))) {
    throw new RuntimeProblem(
      `${workspace.state} and ${workspace.results} belong to ${owned}`,
      `put ${name} into a folder of its own`,
    );
  }
  return false;
}

/** Makes `.locusts/`, which git is told to ignore. @throws RuntimeProblem if it belongs to another definition */
export function prepareState(workspace: Workspace): void {
  makeFolders(workspace.state);
  if (readText(join(workspace.state, ".gitignore"), /^\*/m) === "")
    writeAtomically(join(workspace.state, ".gitignore"), "*\n");
  if (!refuseForeignState(workspace))
    writeAtomically(join(workspace.state, "definition"), `${basename(workspace.definition)}\n`);
}
