import { join } from "node:path";
import { BUNDLE_FILES, type BundleDescription } from "../../../compiler/format/bundle.js";
import { textOf } from "../../../compiler/format/file-access.js";
import { type CommandPlaces, readCommandPlaces } from "../../workspace/command-places.js";
import type { Workspace } from "../../workspace/workspace.js";
import { shownFolder } from "./running.js";
import { seenFrom } from "./where.js";

/** Bash's own messages begin so, in any language. */
const OF_SCRIPT = /^.*?manager\.sh: \p{L}+ (\d+): /u;
/** What takes the place of the shell, in a bundle's script. */
const EXEC = "$locusts_exec ";

/** A line of a command, where it was written. */
export interface CommandLine {
  /** `swarm.config.ts:14` from where the user stands, or `manager.sh:54` if nothing else is known */
  readonly place: string;
  readonly text: string;
}

/** Knows the lines of manager.sh as those of the definition, or of a list of commands, that they were made from. */
export class CommandLines {
  readonly #lines: readonly string[];
  /** the number of the line before the command */
  readonly #before: number;
  readonly #end: number;
  readonly #isList: boolean;

  constructor(
    readonly workspace: Workspace,
    readonly description: BundleDescription,
    bundle: string,
    readonly places: CommandPlaces | undefined,
  ) {
    this.#lines = (textOf(join(bundle, BUNDLE_FILES.manager)) ?? "").split(/\r?\n/);
    this.#before = this.#lines.indexOf("locusts_command() {") + 1;
    this.#end = this.#lines.indexOf("}", this.#before);
    this.#isList = description.runsLines === true;
  }

  static of(workspace: Workspace, description: BundleDescription, bundle: string): CommandLines {
    const places = readCommandPlaces(workspace, description.target, description.digest);
    return new CommandLines(workspace, description, bundle, places);
  }

  /** Has each job a folder of its own, in which nothing else lies? */
  get hasOwnFolders(): boolean {
    return this.description.tree === null;
  }

  /** A job's folder as it can be used from where the user stands, or as the target calls it. */
  shownFolder(folder: string): string {
    return shownFolder(folder, this.description);
  }

  #isInCommand(line: number): boolean {
    return this.#before > 0 && line > this.#before && line <= this.#end;
  }

  /** A line of manager.sh. @param job the job's name */
  lineAt(line: number, job: string): CommandLine {
    const text = (this.#lines[line - 1] ?? "").replace(EXEC, "").trim();
    return { place: this.#placeOf(line, job) ?? `${BUNDLE_FILES.manager}:${line}`, text };
  }

  /** Where the line of a list stands that is this job. */
  placeOfLine(job: string): string | undefined {
    const list = this.#isList ? this.places?.list : undefined;
    return list === undefined ? undefined : `${seenFrom(this.workspace.folder, list)}:${job}`;
  }

  #placeOf(line: number, job: string): string | undefined {
    if (this.#isList) return this.placeOfLine(job);
    const place = this.#isInCommand(line) ? this.places?.lines[line - this.#before - 1] : undefined;
    return place ? seenFrom(this.workspace.folder, place) : undefined;
  }

  /** The last program of the command, where a job that has ended by an exit code can have ended there alone. */
  get lastProgram(): number | undefined {
    const command = this.#lines.slice(this.#before, Math.max(this.#before, this.#end));
    if (command.some((line) => /\b(?:exit|return|kill)\b/.test(line))) return undefined;
    const at = command.findIndex((line) => line.includes(EXEC));
    return at < 0 ? undefined : this.#before + at + 1;
  }

  /** The only line of the command that says `exit` with this code; undefined if there is none, or several. */
  exitLine(code: number): number | undefined {
    const command = this.#lines.slice(this.#before, Math.max(this.#before, this.#end));
    const pattern = new RegExp(`\\bexit\\s+${code}(?!\\w)`);
    const found = command.flatMap((line, i) => (pattern.test(line) ? [this.#before + i + 1] : []));
    return found.length === 1 ? found[0] : undefined;
  }

  /** A line that a job has printed: where bash names manager.sh in it, it is the place that its user has written. */
  translate(printed: string, job: string): string {
    const [words, line] = OF_SCRIPT.exec(printed) ?? [];
    const place = words === undefined ? undefined : this.#placeOf(Number(line), job);
    return place === undefined ? printed : `${place}: ${printed.slice((words as string).length)}`;
  }
}
