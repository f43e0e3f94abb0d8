import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import picocolors from "picocolors";
import { REPORT_VERSION } from "../../results/report.js";
import { nameVerbs } from "./where.js";

/** So much of a file is read at a time. */
const BLOCK = 1 << 20;

/** Where verbs say what they have to say: everything for people to stderr, results to stdout. */
export interface Terminal {
  readonly colors: ReturnType<typeof picocolors.createColors>;
  /** whether a person is looking: then a line may be rewritten */
  readonly live: boolean;
  readonly width: number;
  /** a line for people; verbs that it names can be called as they stand there */
  say(text: string): void;
  /** lines for people that somebody else has written, as they are */
  quote(text: string): void;
  /** a result, for people or programs */
  print(text: string): void;
  /** a result for programs: one document in JSON, with its version */
  printDocument(document: object): void;
  /** a file's content as a result, however large it is; false if nobody reads any more */
  printFile(path: string): Promise<boolean>;
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
    process.stderr.write(`${text}\n`);
  };
  return {
    colors: picocolors.createColors(live && picocolors.isColorSupported),
    live,
    get width() {
      return process.stderr.columns ?? 80;
    },
    say: (text) => quote(nameVerbs(text)),
    quote,
    print,
    printDocument: (document) => print(JSON.stringify({ version: REPORT_VERSION, ...document })),
    async printFile(path) {
      erase();
      if (refused) return false;
      try {
        await pipeline(createReadStream(path, { highWaterMark: BLOCK }), process.stdout, { end: false });
      } catch (error) {
        await setImmediate();
        if (refused === undefined) throw error; // the file cannot be read
      }
      return refused === undefined;
    },
    status(text) {
      if (!live) return;
      erase();
      if (text === "") return;
      process.stderr.write(text);
      shown = true;
    },
  };
}
