import { createReadStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import picocolors from "picocolors";
import { withoutOrders } from "../../../compiler/format/control-characters.js";
import type { Stream } from "../../results/logs.js";
import { REPORT_VERSION } from "../../results/report.js";
import type { Documents, Printed } from "./documents.js";
import { nameVerbs } from "./where.js";

/** So much of a file is read at a time. */
const BLOCK = 1 << 20;

/** Says something to people. */
export interface Voice {
  readonly colors: ReturnType<typeof picocolors.createColors>;
  /** a line; verbs that it names can be called as they stand there */
  say(text: string): void;
  /** lines that somebody else has written, as they are, but for what a terminal would obey */
  quote(text: string): void;
}

/** Where verbs say what they have to say: of themselves, as how far they are, on stderr; what they report on stdout. */
export interface Terminal extends Voice {
  /** whether a person is looking: then a line may be rewritten */
  readonly live: boolean;
  readonly width: number;
  /** what a verb reports to people: on stdout, unless that is for programs */
  readonly report: Voice;
  /** a result, for people or programs */
  print(text: string): void;
  /** a result for programs: one document in JSON, with its version */
  printDocument<V extends keyof Documents>(verb: V, document: Printed<V>): void;
  /**
   * A file's content as a result, however large it is; false if nobody reads any more.
   *
   * @param line changes the beginnings of lines
   */
  printFile(path: string, line?: (start: string) => string): Promise<boolean>;
  /** what somebody else prints, as it comes; `line` may change the beginning of each line, as far as it has come */
  pass(stream: Stream, block: Buffer, line?: (start: string) => string): void;
  /** shows one line in place of the last one that was shown so; "" takes it away */
  status(text: string): void;
}

/** What standard output has refused first; the reader of a pipe has gone away, say. */
let refused: NodeJS.ErrnoException | undefined;
let isWatched = false;

/**
 * Keeps this process going where what it says cannot be written any more. What is lost on standard
 * error is lost; of standard output it is remembered.
 */
export function outliveStreams(): void {
  if (isWatched) return;
  isWatched = true;
  process.stdout.on("error", (error) => {
    refused ??= Object.assign(error, { path: "standard output" });
  });
  process.stderr.on("error", () => {});
}

/**
 * What has kept results from being written to standard output; undefined if nothing has, or if their
 * reader has left by itself.
 */
export async function lostResults(): Promise<NodeJS.ErrnoException | undefined> {
  await setImmediate(); // streams tell of errors a moment later
  return refused?.code === "EPIPE" ? undefined : refused;
}

/** Of a line that is longer, this much of its start is looked at, in bytes. */
const LONGEST_START = 4096;

/** Changes the beginning of each line of a stream; all else goes through as it is. */
function eachLine(change: (start: string) => string): Transform {
  let rest = Buffer.alloc(0);
  let isStart = true;
  const take = (block: Buffer, isLast: boolean): Buffer => {
    const parts: Buffer[] = [];
    let at = 0;
    while (at < block.length) {
      const found = block.indexOf(10, at);
      const end = found < 0 ? block.length : found + 1;
      if (found < 0 && isStart && !isLast && end - at < LONGEST_START) break;
      const piece = block.subarray(at, end);
      parts.push(isStart && piece.length < LONGEST_START ? changed(piece, change) : piece);
      isStart = found >= 0;
      at = end;
    }
    rest = Buffer.from(block.subarray(at));
    return Buffer.concat(parts);
  };
  return new Transform({
    transform: (block: Buffer, _encoding, done) => done(null, take(Buffer.concat([rest, block]), false)),
    flush: (done) => done(null, take(rest, true)),
  });
}

/** The same for a block that does not wait for the rest of its last line. */
function changeLines(block: Buffer, change: (start: string) => string): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0, end = 0; at < block.length; at = end) {
    end = block.indexOf(10, at) + 1 || block.length;
    parts.push(changed(block.subarray(at, end), change));
  }
  return Buffer.concat(parts);
}

/** A line, byte by byte as it was if there is nothing to change in it. */
function changed(line: Buffer, change: (start: string) => string): Buffer {
  const text = line.toString("utf8");
  const now = change(text);
  return now === text ? line : Buffer.from(now);
}

/** The terminal of this process. With `json`, colours and live lines are off. */
export function openTerminal(json: boolean): Terminal {
  const live = !json && process.stderr.isTTY === true && process.env.TERM !== "dumb";
  let shown = false;
  const erase = () => {
    if (shown) process.stderr.write("\r\u001b[K");
    shown = false;
  };
  const print = (text: string) => {
    erase();
    process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
  };
  const quote = (text: string) => {
    erase();
    process.stderr.write(`${withoutOrders(text)}\n`);
  };
  const report = (text: string) => print(withoutOrders(text));
  const isSeen = process.stdout.isTTY === true && process.env.TERM !== "dumb";
  const colors = picocolors.createColors(live && picocolors.isColorSupported);
  const own: Voice = { colors, say: (text) => quote(nameVerbs(text)), quote };
  return {
    ...own,
    report: json
      ? own
      : {
          colors: picocolors.createColors(isSeen && picocolors.isColorSupported),
          say: (text) => report(nameVerbs(text)),
          quote: report,
        },
    live,
    get width() {
      return process.stderr.columns ?? 80;
    },
    print,
    printDocument: (_verb, document) => print(JSON.stringify({ version: REPORT_VERSION, ...document })),
    async printFile(path, line) {
      erase();
      if (refused) return false;
      try {
        const file = createReadStream(path, { highWaterMark: BLOCK });
        if (line) await pipeline(file, eachLine(line), process.stdout, { end: false });
        else await pipeline(file, process.stdout, { end: false });
      } catch (error) {
        await setImmediate();
        if (refused === undefined) throw error; // the file cannot be read
      }
      return refused === undefined;
    },
    pass(stream, block, line) {
      erase();
      (stream === "out" ? process.stdout : process.stderr).write(line ? changeLines(block, line) : block);
    },
    status(text) {
      if (!live) return;
      erase();
      if (text === "") return;
      process.stderr.write(withoutOrders(text));
      shown = true;
    },
  };
}
