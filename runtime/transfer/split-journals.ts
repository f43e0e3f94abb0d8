import { RuntimeProblem } from "../system/problem.js";

/** What a journal of a manager's incarnation is called. */
const JOURNAL_NAME = /^[A-Za-z0-9_-]+\.\d+\.tsv$/;

/** Clocks that are told apart differ by more than this, and by more than a look takes, in milliseconds. */
const DIFFERENCE = 3000;

/** By how many milliseconds the clock here is ahead of another one. @param asked when that one was asked for its seconds */
export function howFarAhead(asked: number, said: string): number {
  const ahead = asked - 1000 * Number(said);
  return Math.abs(ahead) < DIFFERENCE + Date.now() - asked ? 0 : ahead;
}

/**
 * Splits what `send-journals.sh` has sent after its first line: for each journal a line `<name> <bytes>`, and so many bytes.
 *
 * @param host names the sender in errors
 * @throws RuntimeProblem if it is anything else
 */
export function splitJournals(sent: Buffer, host: string): [name: string, text: Buffer][] {
  const pieces: [string, Buffer][] = [];
  for (let at = 0; at < sent.length; ) {
    const end = sent.indexOf(10, at);
    const [name = "", bytes = ""] = sent.toString("utf8", at, Math.max(at, end)).split(" ");
    if (!JOURNAL_NAME.test(name) || !/^\d+$/.test(bytes)) {
      throw new RuntimeProblem(
        `${host} has sent something that is no journal: ${JSON.stringify(sent.toString("utf8", at, Math.min(end < 0 ? sent.length : end, at + 80)))}`,
        "look at the run's folder over there",
      );
    }
    const from = end + 1;
    at = from + Number(bytes);
    if (at > sent.length) {
      const came = sent.length - from;
      throw new RuntimeProblem(
        `${host} has sent ${came} of ${bytes} bytes of the journal ${name}`,
        "run the same command again",
      );
    }
    pieces.push([name, sent.subarray(from, at)]);
  }
  return pieces;
}
