import type { Failure } from "../failure.js";

/** Stands for a job's own name or a value of its params: a letter that nothing else has, so that paths with it stay paths. */
const MARK = "\u{10D00}";
/** What is shown in its place. */
const ANY = "*";
/** Of what has none nothing is marked: numbers are left out of what is compared anyway. */
const LETTER = /\p{L}/u;

/** A text with a mark in place of what is a job's own, where that stands as a word of its own; the same text if it has none of that. */
export function markOwnWords(text: string, { name, params }: Pick<Failure, "name" | "params">): string {
  const own = [...new Set([name, ...params])].filter((word) => LETTER.test(word) && text.includes(word));
  if (own.length === 0) return text;
  // A longer one may have a shorter one in it.
  own.sort((a, b) => b.length - a.length);
  const words = own.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|");
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}])(?:${words})(?![\\p{L}\\p{N}])`, "gu"), MARK);
}

export function showMarks(text: string): string {
  return text.replaceAll(MARK, ANY);
}
