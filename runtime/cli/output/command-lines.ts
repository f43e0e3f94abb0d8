import { join } from "node:path";
import { BUNDLE_FILES } from "../../../compiler/format/bundle.js";
import { textOf } from "../../../compiler/format/file-access.js";
import type { DeployedSwarm } from "../../collect/deployed-swarm.js";
import type { Stream } from "../../results/logs.js";
import { type CommandPlaces, readCommandPlaces } from "../../workspace/command-places.js";
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

  readonly #places: CommandPlaces | undefined;

  constructor(readonly swarm: Pick<DeployedSwarm, "workspace" | "description" | "bundle">) {
    const { workspace, description, bundle } = swarm;
    this.#places = readCommandPlaces(workspace, description.target, description.digest);
    this.#lines = (textOf(join(bundle, BUNDLE_FILES.manager)) ?? "").split(/\r?\n/);
    this.#before = this.#lines.indexOf("locusts_command() {") + 1;
    this.#end = this.#lines.indexOf("}", this.#before);
    this.#isList = description.runsLines === true;
  }

  /** The text of the command, line by line. */
  get #command(): readonly string[] {
    return this.#lines.slice(this.#before, Math.max(this.#before, this.#end));
  }

  /** A line of manager.sh; of a command in a container it is not known. @param job the job's name */
  lineAt(line: number, job: string): CommandLine | undefined {
    if (this.#lines.includes("locusts_execute() {")) return undefined;
    const text = (this.#lines[line - 1] ?? "").replace(EXEC, "").trim();
    return { place: this.#placeOf(line, job) ?? `${BUNDLE_FILES.manager}:${line}`, text };
  }

  /** Where the line of a list stands that is this job. */
  placeOfLine(job: string): string | undefined {
    const list = this.#isList ? this.#places?.list : undefined;
    return list === undefined ? undefined : `${seenFrom(this.swarm.workspace.folder, list)}:${job}`;
  }

  #placeOf(line: number, job: string): string | undefined {
    if (this.#isList) return this.placeOfLine(job);
    const isInCommand = this.#before > 0 && line > this.#before && line <= this.#end;
    const place = isInCommand ? this.#places?.lines[line - this.#before - 1] : undefined;
    return place ? seenFrom(this.swarm.workspace.folder, place) : undefined;
  }

  /** The last program of the command, where a job that has ended by an exit code can have ended there alone. */
  get lastProgram(): number | undefined {
    const command = this.#command;
    if (command.some((line) => /\b(?:exit|return|kill)\b/.test(line))) return undefined;
    const at = command.findIndex((line) => line.includes(EXEC));
    return at < 0 ? undefined : this.#before + at + 1;
  }

  /** The only line of the command that says `exit` with this code; undefined if there is none, or several. */
  exitLine(code: number): number | undefined {
    const pattern = new RegExp(`\\bexit\\s+${code}(?!\\w)`);
    const found = this.#command.flatMap((line, i) => (pattern.test(line) ? [this.#before + i + 1] : []));
    return found.length === 1 ? found[0] : undefined;
  }

  /** A line that a job has printed: where bash names manager.sh in it, it is the place that its user has written. */
  translate(printed: string, job: string): string {
    const [words, line] = OF_SCRIPT.exec(printed) ?? [];
    const place = words === undefined ? undefined : this.#placeOf(Number(line), job);
    return place === undefined ? printed : `${place}: ${printed.slice((words as string).length)}`;
  }

  /** The same for what a stream of a job prints; bash speaks on standard error alone. */
  translatorOf(stream: Stream, job: string): ((line: string) => string) | undefined {
    return stream === "err" ? (line) => this.translate(line, job) : undefined;
  }
}
