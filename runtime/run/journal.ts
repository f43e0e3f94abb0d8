import { readSync } from "node:fs";
import { join } from "node:path";
import { withoutControlCharacters } from "../../compiler/format/control-characters.js";
import { namesIn, withFile } from "../../compiler/format/file-access.js";
import {
  incarnationNumber,
  JOURNAL,
  type JournalEvent,
  journalWidth,
  upToDate,
} from "../../compiler/format/journal.js";
import { CAUSES, type Cause, type OutputState, type Usage } from "../../compiler/format/results.js";
import { RuntimeProblem } from "../system/problem.js";

export interface EndedTry {
  /** `again`: it will be tried once more; `stopped`: its manager was asked to stop */
  readonly event: "done" | "failed" | "again" | "stopped";
  readonly number: number;
  readonly attempt: number;
  readonly cause: Cause;
  readonly exitCode: number;
  /** milliseconds since 1970 */
  readonly start: number;
  readonly end: number;
  readonly usage: Usage;
  /** the list's folder in the manager's work folder */
  readonly place: string;
  readonly outputs: readonly OutputState[];
  readonly detail: string;
  readonly incarnation: string;
  readonly host: string;
  /** which of its manager's slots has run it; empty where no line says that it was begun */
  readonly slot: string;
}

/** How long a try took, in seconds; the clock may have been set back meanwhile. */
export function secondsOf({ start, end }: Pick<EndedTry, "start" | "end">): number {
  return Math.max(0, end - start) / 1000;
}

/** Where a try's folder lies, below its run's `work/`; its logs lie beside it. */
export function placeOfTry({ incarnation, place, number }: Pick<EndedTry, "incarnation" | "place" | "number">): string {
  return join(incarnation, place, String(number));
}

/** A try that was begun. */
export interface StartedTry extends Pick<EndedTry, "number" | "attempt" | "start" | "incarnation" | "host" | "slot"> {
  /** as of a try that has ended; absolute where it runs on its node's own disk; empty in journals of earlier versions */
  readonly place: string;
}

export interface Watcher {
  arrived(incarnation: string): void;
  started(started: StartedTry): void;
  ended(ended: Omit<EndedTry, "slot">): void;
  /** A manager has left: `finished`, or why it stopped. */
  left(incarnation: string, reason: string, detail: string): void;
  /** A line counts for nothing: it is torn, or has other columns than are known here. */
  passedOver(incarnation: string, line: number): void;
}

const NUMBER = /^\d+$/;
const PLACE = /^\d+(\.\d+)?$/;

function readOutputs(text: string): OutputState[] | undefined {
  if (text === "-") return [];
  const states: OutputState[] = [];
  for (const word of text.split(" ")) {
    if (NUMBER.test(word)) states.push(Number(word));
    else if (word === "missing" || word === "invalid") states.push(word);
    else if (word === "present")
      states.push("missing"); // it stays in the folder of a job that failed
    else return undefined;
  }
  return states;
}

/** A number of a journal, in another unit; nothing where it is not known. */
function scaled(field: string | undefined, parts: number): number | undefined {
  return NUMBER.test(field ?? "") ? Number(field) / parts : undefined;
}

/** What a line says of a try that has ended; undefined if it makes no sense. */
function readEnded(fields: readonly string[], incarnation: string, host: string): Omit<EndedTry, "slot"> | undefined {
  const [event, number, attempt, cause, exitCode, start, end, cpu, memory, read, written, place, outputs, detail] =
    fields as [EndedTry["event"], ...string[]];
  if (![number, attempt, start, end].every((field) => NUMBER.test(field as string))) return undefined;
  if (!(CAUSES as readonly string[]).includes(cause as string) || !PLACE.test(place as string)) return undefined;
  const states = readOutputs(outputs as string);
  if (!states) return undefined;
  return {
    event,
    number: Number(number),
    attempt: Number(attempt),
    cause: cause as Cause,
    exitCode: Number(exitCode),
    start: Number(start),
    end: Number(end),
    usage: {
      cpuSeconds: scaled(cpu, 1_000_000),
      peakMemory: scaled(memory, 1),
      readBytes: scaled(read, 1),
      writtenBytes: scaled(written, 1),
    },
    place: place as string,
    outputs: states,
    detail: textIn(detail),
    incarnation,
    host,
  };
}

function readStarted(fields: readonly string[], incarnation: string, host: string): StartedTry | undefined {
  const [, number, attempt, slot, place, start] = fields as [string, ...string[]];
  if (fields.length !== journalWidth("start") || ![number, attempt, start].every((field) => NUMBER.test(field ?? "")))
    return undefined;
  return {
    number: Number(number),
    attempt: Number(attempt),
    slot: slot as string,
    place: textIn(place),
    start: Number(start),
    incarnation,
    host,
  };
}

/** Text of a journal as people may be shown it; `-` is none. */
function textIn(field: string | undefined): string {
  return field === undefined || field === "-" ? "" : withoutControlCharacters(field, " ");
}

/** Earlier incarnations of a manager first: `main.2` before `main.10`. */
function byIncarnation(a: string, b: string): number {
  return incarnationNumber(a) - incarnationNumber(b) || (a < b ? -1 : 1);
}

/** A crash may tear a line; more lines than this that are no manager's, and more than are, are something else. */
const MOST_TORN = 5;

/** Where a journal was read to: so many bytes, and lines; and what is there of the next one. */
interface Place {
  offset: number;
  lines: number;
  rest: Buffer;
}

/** Reads the journals of a run as they grow: each look reads only what is new. */
export class JournalReader {
  readonly #places = new Map<string, Place>();
  readonly #hosts = new Map<string, string>();
  #sound = 0;
  #torn = 0;
  readonly #block = Buffer.allocUnsafe(1 << 18);

  constructor(readonly runFolder: string) {}

  /** @returns whether anything was new */
  read(watcher: Partial<Watcher>): boolean {
    let any = false;
    const folder = join(this.runFolder, "journal");
    // It may be lost, or not made yet.
    const incarnations = namesIn(folder).flatMap((file) => (file.endsWith(".tsv") ? [file.slice(0, -4)] : []));
    for (const incarnation of incarnations.sort(byIncarnation))
      any = this.#readFile(join(folder, `${incarnation}.tsv`), incarnation, watcher) || any;
    return any;
  }

  #readFile(path: string, incarnation: string, watcher: Partial<Watcher>): boolean {
    const at = this.#places.get(path) ?? { offset: 0, lines: 0, rest: Buffer.alloc(0) };
    this.#places.set(path, at);
    const before = at.offset;
    withFile(path, "r", (file) => {
      const read = () => readSync(file, this.#block, 0, this.#block.length, at.offset);
      for (let length = read(); length > 0; length = read()) {
        at.offset += length;
        const text = Buffer.concat([at.rest, this.#block.subarray(0, length)]);
        const last = text.lastIndexOf(10) + 1;
        at.rest = Buffer.from(text.subarray(last));
        const lines = text.toString("utf8", 0, last).split("\n").slice(0, -1);
        for (const line of lines) {
          at.lines += 1;
          if (line !== "" && !this.#readLine(line.split("\t"), incarnation, watcher)) {
            watcher.passedOver?.(incarnation, at.lines);
          }
        }
      }
    });
    return at.offset > before;
  }

  /** @returns whether it is a whole line with the columns that are known */
  #readLine(line: readonly string[], incarnation: string, watcher: Partial<Watcher>): boolean {
    const fields = upToDate(line);
    const event = fields[0] as JournalEvent;
    if (fields.at(-1) === "." && Object.hasOwn(JOURNAL, event)) this.#sound += 1;
    else if (++this.#torn > MOST_TORN && this.#torn > this.#sound) {
      throw new RuntimeProblem(
        `the journal ${incarnation}.tsv in ${this.runFolder} is not one that a manager has written`,
        "somebody may have tampered with the target's files; look at them before you go on",
      );
    } else return false;
    if (fields.length !== journalWidth(event)) return false;
    switch (event) {
      case "manager":
        this.#hosts.set(incarnation, textIn(fields[2]));
        watcher.arrived?.(incarnation);
        return true;
      case "start": {
        const started = readStarted(fields, incarnation, this.#hosts.get(incarnation) ?? "");
        if (started) watcher.started?.(started);
        return started !== undefined;
      }
      case "finish":
        watcher.left?.(incarnation, textIn(fields[1]), textIn(fields[2]));
        return true;
      case "done":
      case "failed":
      case "again":
      case "stopped": {
        const ended = readEnded(fields, incarnation, this.#hosts.get(incarnation) ?? "");
        if (ended) watcher.ended?.(ended);
        return ended !== undefined;
      }
      default:
        return true; // for managers alone
    }
  }
}
