import { existsSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { quoteWord } from "../../../compiler/format/quote.js";
import type { Problem } from "../../../compiler/problem/problem.js";
import { listHome } from "../../workspace/workspace.js";

/** The folder whose files the problems' places name. */
let problemFolder = process.cwd();

/** The definition as it was typed behind the verb. */
let typed = ".";

/** The target as it was typed, if it was. */
let typedTarget: string | undefined;

/** Where its results lie, as far as can be told by what was typed. */
let typedFolder = ".";

/** Is that a list of commands, whose swarm lies beside it? */
let isList = false;

export function setProblemFolder(folder: string): void {
  problemFolder = folder;
}

/** What the verb was called on: verbs that messages name are to be called on the same. */
export function setTypedPlace(word: string, target?: string): void {
  // A hint is to be a command that works, also where the list is gone, or was standard input, and its swarm is there.
  const place = !existsSync(word) && existsSync(listHome(word)) ? listHome(word) : word;
  typed = place.startsWith("-") ? `./${place}` : place;
  typedTarget = target;
  const isFile = existsSync(place) && statSync(place).isFile();
  isList = isFile && !/\.[cm]?[jt]s$/.test(place);
  if (isList || (isFile && existsSync(listHome(place)))) typedFolder = listHome(place);
  else typedFolder = isFile ? dirname(place) : place;
}

/** A path from where the user stands. */
export function fromHere(...path: readonly string[]): string {
  return relative(process.cwd(), join(...path)) || ".";
}

/** What problems are in, as it was typed or from where the user stands. */
export function nameProblemPlace(): string {
  return isList ? typed : fromHere(problemFolder);
}

/** A path below a folder from where the user stands, or the absolute one, if that is shorter. */
export function seenFrom(folder: string, file: string): string {
  const path = join(folder, file);
  const near = fromHere(path);
  return near.length <= path.length ? near : path;
}

/** A problem whose place is named from where the user stands. */
export function seenFromHere<P extends Pick<Problem, "place">>(problem: P): P {
  const { place } = problem;
  return place ? { ...problem, place: { ...place, file: seenFrom(problemFolder, place.file) } } : problem;
}

const VERB = /\blocusts (?:check|build|diff|doctor|deploy|report|status|logs|gather|repro|cancel|clean)\b/g;

/** The table of results, where a message names it by its place in the definition's folder. */
const TABLE = /(?<![\w./-])results\/jobs\.tsv\b/g;

/**
 * Has the verbs that a message names be followed by what they are to be called on, so that they can be run as they are,
 * and the table that it names lie where the user finds it.
 */
export function nameVerbs(message: string): string {
  const isNowhere = !existsSync(typed) && !existsSync(typedFolder); // then messages are about where the user stands
  const place = typed === "." || isNowhere ? "" : ` ${quoteWord(typed)}`;
  const target = typedTarget === undefined ? "" : ` --target ${quoteWord(typedTarget)}`;
  if (place + target === "") return message;
  // A list is run by another verb than a definition.
  const named = (call: string) => (isList && call === "locusts deploy" ? "locusts run" : call);
  return message
    .replace(VERB, (call, at: number) => {
      const hasTarget = message.startsWith(" --target", at + call.length);
      return `${named(call)}${place}${hasTarget ? "" : target}`;
    })
    .replace(TABLE, (table) => fromHere(typedFolder, table));
}
