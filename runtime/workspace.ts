import { randomUUID } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** The file that a folder is asked for. */
export const DEFINITION_NAME = "swarm.config.ts";

/** Something that stops a verb, in words for people: what happened, and what to do next. */
export class RuntimeProblem extends Error {
  override readonly name = "RuntimeProblem";

  constructor(
    message: string,
    readonly hint?: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Where a definition's things lie: all of them beside it. */
export interface Workspace {
  /** absolute path of the definition */
  readonly definition: string;
  readonly folder: string;
  /** local state, and the local targets' own directories */
  readonly state: string;
  readonly results: string;
}

/**
 * Finds the definition that is meant by a folder or file.
 *
 * @throws RuntimeProblem if there is none
 */
export function openWorkspace(place: string): Workspace {
  const path = resolve(place);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new RuntimeProblem(`there is no file or folder ${path}`);
  const definition = stats.isDirectory() ? join(path, DEFINITION_NAME) : path;
  if (!existsSync(definition)) {
    throw new RuntimeProblem(
      `there is no ${DEFINITION_NAME} in ${path}`,
      "name the folder or file of a definition, or begin one here: locusts init",
    );
  }
  const folder = dirname(definition);
  return { definition, folder, state: join(folder, ".locusts"), results: join(folder, "results") };
}

/** Where the bundle of a target goes unless the command line says otherwise. */
export function bundleFolder(workspace: Workspace, target: string): string {
  return join(workspace.folder, "bundle", target);
}

/** The directory of a local target. */
export function targetDirectory(workspace: Workspace, target: string): string {
  return join(workspace.state, target);
}

/**
 * Makes `.locusts/`, which git is told to ignore.
 *
 * @throws RuntimeProblem if it belongs to another definition in the same folder
 */
export function prepareState(workspace: Workspace): void {
  mkdirSync(workspace.state, { recursive: true });
  const ignore = join(workspace.state, ".gitignore");
  if (!existsSync(ignore)) writeFileSync(ignore, "*\n");
  const owner = join(workspace.state, "definition");
  const name = basename(workspace.definition);
  if (!existsSync(owner)) writeFileSync(owner, `${name}\n`);
  const owned = readFileSync(owner, "utf8").trim();
  if (owned !== name) {
    throw new RuntimeProblem(
      `${workspace.state} and ${workspace.results} belong to ${owned}`,
      `put ${name} into a folder of its own`,
    );
  }
}

/** What names this checkout to targets that others use as well; made up when it is first asked for. */
export function checkoutId(workspace: Workspace): string {
  const path = join(workspace.state, "checkout");
  if (!existsSync(path)) {
    prepareState(workspace);
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, `${randomUUID()}\n`);
    try {
      linkSync(draft, path);
    } catch {
      // Another process was quicker.
    }
    rmSync(draft);
  }
  return readFileSync(path, "utf8").trim();
}
