import { withoutControlCharacters } from "../../../compiler/format/control-characters.js";

/** So many lines of a log's end tell what its job died of, if none says so by itself. */
const MOST_LINES = 4;
/** So many of the last lines are searched for one that does. */
const MOST_SEARCHED = 8;
/** So much of a line is compared. */
const LONGEST_LINE = 200;

const OF_TROUBLE =
  /error|exception|fatal|fail|abort|cannot|can't|could not|unable|not found|no such|denied|invalid|undefined|unbound|missing|killed|\bfault|panic|assert|unknown|refused|timed? ?out|unexpected|illegal/i;

/** Bash tells how a program was ended; why, the program may have said before. */
const OF_BASH = /: line # [A-Z][a-z]+/;

const WORD = /\p{L}{3,}/gu;
/** A line of such words alone does not say what happened: as `Error: exit status 1` or `failed at line 7`. */
const SAYS_NOTHING =
  /^(?:errors?|exception|fatal|fail(?:ed|ure|s)?|abort(?:ed|ing)?|killed|line|code|status|exit(?:ed|ing)?|with|the|and|was|has|returned|jobs?|tasks?|steps?|commands?|process|program|script|unknown)$/i;

/** Stands for a number, in whatever notation, or a time. */
const NUMBER = "#";
/** Stands for a path or an address. */
const PATH = "…";

/** What differs between jobs that have failed for one reason, and what stands for it; in this order. */
const NOISE: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\b\d+(?:\/\d+)+\b/g, NUMBER], // `3/10`, `2026/11/26`
  // A path: whatever has a slash before it, or in it; C:\…, https://…
  [
    /(?:\b[A-Za-z][\w+.-]*:\/\/|\b[A-Za-z]:\\|~?\/|\.{1,2}\/|(?:[\p{L}\p{N}_.@%+=-]+\/)+)[\p{L}\p{N}_.@%+=~/\\:,#?&-]*[\p{L}\p{N}_/\\-]/gu,
    PATH,
  ],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?:Z|[+-]\d\d:?\d\d\b)?/g, NUMBER],
  [
    /\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* +\d+\b/g,
    NUMBER,
  ],
  [/\b\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?\b(?: ?[AP]M\b)?(?: [A-Z]{3,4} (?=\d{4}\b))?/g, NUMBER],
  [/\b(?:0[xX][\da-fA-F]+|[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12})\b/g, NUMBER],
  // Digests and the like: long, and hexadecimal.
  [/\b(?=[a-f]*\d)[\da-f]{6,}\b|\b(?=[A-F]*\d)[\dA-F]{6,}\b|\b[a-f]{8,}\b/g, NUMBER],
  // Digits and letters by turns, as names that a program has drawn by lot.
  [/\b[A-Za-z]*\d+[A-Za-z]+\d[A-Za-z\d]*\b|\b[A-Za-z]+\d+[A-Za-z]+\b/g, NUMBER],
  [/(?:(?<![\p{L}\p{N}])[+-])?\d(?:[\d.,_]*\d)?(?:[eE][+-]?\d+(?![\p{L}\p{N}]))?/gu, NUMBER],
  // An amount: its unit goes with it.
  [/# ?(?:%|(?:[numµ]?s|min|h|[kKMGTP]?i?[bB]|bytes?)\b)/g, NUMBER],
  // Several of them, however many.
  [/#(?:[\s,;:]*#)+/g, NUMBER],
  [/…(?:[\s,;:]+…)+/g, PATH],
];

/** A line without what differs between jobs that have failed for one reason: numbers, paths, hexadecimal and times. */
export function withoutNoise(line: string): string {
  let text = line;
  for (const [pattern, instead] of NOISE) text = text.replace(pattern, instead);
  return text.replace(/\s+/g, " ").trim();
}

/** A line without colours and other orders to the terminal; of a progress bar, what was seen last. */
export function withoutControls(line: string): string {
  const last = line.replace(/\r+$/, "").split("\r").at(-1) as string;
  return withoutControlCharacters(last);
}

/**
 * The lines of a log's end. Node writes the way to an error, and its own version, below what the error says: what a
 * program died of is the last line, as with others.
 */
export function linesOfEnd(end: string): string[] {
  const lines = end.trimEnd().split("\n");
  if (!/^Node\.js v\d/.test(lines.at(-1) ?? "")) return lines;
  const last = lines.slice(0, -1).findLastIndex((line) => line.trim() !== "" && !/^\s+at /.test(line));
  return last < 0 ? lines : lines.slice(0, last + 1);
}

function saysWhatHappened(line: string): boolean {
  if (!OF_TROUBLE.test(line) || OF_BASH.test(line)) return false;
  return (line.match(WORD) ?? []).some((word) => !SAYS_NOTHING.test(word));
}

/** Does a log's end name trouble? A program may write progress to one stream, and its errors to the other. */
export function namesTrouble(end: string): boolean {
  return OF_TROUBLE.test(end);
}

/**
 * What a failed job says of its failure, by the end of its log: the same for jobs that have failed for one reason. That
 * is the last line that says what happened, with those after it; or the last few lines, if none does.
 *
 * @param isCut whether the log has more before this
 */
export function whatItSays(end: string, isCut: boolean): string {
  const raw = linesOfEnd(end);
  if (isCut && raw.length > 1) raw.shift(); // half a line
  const lines: string[] = [];
  for (let at = raw.length - 1; at >= 0 && lines.length < MOST_SEARCHED; at -= 1) {
    const line = withoutNoise(withoutControls(raw[at] as string).slice(0, LONGEST_LINE));
    // How often it was said before is not what sets a failure apart.
    if (line !== "" && !lines.includes(line)) lines.push(line);
  }
  const said = lines.findIndex(saysWhatHappened);
  if (said >= 0)
    return lines
      .slice(0, said + 1)
      .reverse()
      .join("\n");
  return lines.slice(0, MOST_LINES).reverse().join("\n");
}
