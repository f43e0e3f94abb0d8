import { existsSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { quoteWord } from "../../../compiler/format/quote.js";
import type { Problem } from "../../../compiler/problem/problem.js";

/** The folder whose files the problems' places name. */
let problemFolder = process.cwd();

/** The definition as it was typed behind the verb. */
let typed = ".";

/** Is that a list of commands, whose swarm lies beside it? */
let isList = false;

export function setProblemFolder(folder: string): void {
  problemFolder = folder;
}

/** What the verb was called on: verbs that messages name are to be called on the same. */
export function setTypedPlace(place: string): void {
  typed = place;
  isList = existsSync(place) && statSync(place).isFile() && !/\.[cm]?[jt]s$/.test(place);
}

/** What problems are in, as it was typed or from where the user stands. */
export function nameProblemPlace(): string {
  return isList ? typed : relative(process.cwd(), problemFolder) || ".";
}

/** A path below a folder from where the user stands, or the absolute one, if that is shorter. */
export function seenFrom(folder: string, file: string): string {
  const path = join(folder, file);
  const near = relative(process.cwd(), path);
  return near.length <= path.length ? near : path;
}

/** A problem whose place is named from where the user stands. */
export function seenFromHere<P extends Pick<Problem, "place">>(problem: P): P {
  const { place } = problem;
  return place ? { ...problem, place: { ...place, file: seenFrom(problemFolder, place.file) } } : problem;
}

const VERB = /\blocusts (?:check|build|diff|doctor|deploy|status|logs|gather|cancel|clean)\b/g;

/** Has the verbs that a message names be followed by what they are to be called on, so that they can be run as they are. */
export function nameVerbs(message: string): string {
  if (typed === ".") return message;
  // A list is run by another verb than a definition.
  const named = (call: string) => (isList && call === "locusts deploy" ? "locusts run" : call);
  return message.replace(VERB, (call) => `${named(call)} ${quoteWord(typed)}`);
}
