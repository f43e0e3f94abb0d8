import { RuntimeProblem } from "../system/problem.js";

/** What a journal of a manager's incarnation is called. */
const JOURNAL_NAME = /^[A-Za-z0-9_-]+\.\d+\.tsv$/;

/**
 * Splits what `send-journals.sh` has sent: for each journal a line `<name> <bytes>`, and so many bytes. What is
 * behind the last whole piece is left for the next look.
 *
 * @param host names the sender in errors
 * @throws RuntimeProblem if it is anything else
 */
export function splitJournals(sent: Buffer, host: string): [name: string, text: Buffer][] {
  const pieces: [string, Buffer][] = [];
  for (let at = 0; at < sent.length; ) {
    const end = sent.indexOf(10, at);
    if (end < 0) break;
    const [name = "", bytes = ""] = sent.toString("utf8", at, end).split(" ");
    if (!JOURNAL_NAME.test(name) || !/^\d+$/.test(bytes)) {
      throw new RuntimeProblem(
        `${host} has sent something that is no journal: ${JSON.stringify(sent.toString("utf8", at, Math.min(end, at + 80)))}`,
        "look at the run's folder over there",
      );
    }
    const from = end + 1;
    at = from + Number(bytes);
    if (at > sent.length) break; // it was cut off
    pieces.push([name, sent.subarray(from, at)]);
  }
  return pieces;
}
