import { join } from "node:path";
import { errorCode } from "../../../compiler/format/file-access.js";
import type { Failure } from "../failure.js";
import { logPath, readLogTail, type Stream } from "../logs.js";
import { markOwnWords, showMarks } from "./own-words.js";
import { linesOfEnd, namesTrouble, whatItSays, withoutControls } from "./what-it-says.js";

/** So much of a log's end tells what its job died of, in bytes. */
const END_BYTES = 4096;
/** So much of a log's end is looked at for its last lines. */
const TAIL_BYTES = 1 << 16;
/** The end of a line that is longer is shown. */
const LONGEST_LINE = 500;

function readEnd(results: string, log: string, stream: Stream, most: number) {
  try {
    const end = readLogTail(join(results, logPath(log, stream)), most);
    // The last letter of an order to a terminal is none of the word that stands behind it.
    const text = end.text.split("\n").map(withoutControls).join("\n");
    return text.trim() === "" ? undefined : { ...end, text };
  } catch (error) {
    // It wrote none, or somebody else's may not be read: the rest can be told all the same.
    if (!["ENOENT", "EACCES", "EPERM"].includes(errorCode(error) ?? "")) throw error;
    return undefined;
  }
}

/** The log that tells what a job died of: its standard error, unless that names no trouble and its output does. */
function tellingEnd(results: string, log: string, most: number) {
  const err = readEnd(results, log, "err", most);
  if (err && namesTrouble(err.text)) return err;
  const out = readEnd(results, log, "out", most);
  return err && !(out && namesTrouble(out.text)) ? err : out;
}

/** What a failed job says of its failure. */
export interface Said {
  /** by the end of its logs: the same for jobs that have failed for one reason */
  readonly text: string;
  /** the same without its own name and params */
  readonly withoutOwn: string;
}

export function readWhatItSays(results: string, failure: Pick<Failure, "log" | "name" | "params">): Said {
  const end = tellingEnd(results, failure.log, END_BYTES);
  if (!end) return { text: "", withoutOwn: "" };
  const text = whatItSays(end.text, end.omitted > 0);
  const marked = markOwnWords(end.text, failure);
  return { text, withoutOwn: marked === end.text ? text : showMarks(whatItSays(marked, end.omitted > 0)) };
}

/** The last lines of the log that tells what a job died of, as they may be shown; none if it has printed nothing. */
export function lastLines(results: string, { log }: Pick<Failure, "log">, most: number): string[] {
  const end = tellingEnd(results, log, TAIL_BYTES);
  if (!end) return [];
  const lines = linesOfEnd(end.text);
  const shown = lines.slice(-most);
  if (end.omitted > 0 && lines.length <= most) shown[0] = `…${shown[0]}`;
  return shown.map((line) => (line.length > LONGEST_LINE ? `…${line.slice(-LONGEST_LINE)}` : line));
}
