import { closeSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";

const BLOCK = 256 * 1024;

/**
 * The lines of a file, one at a time, without their line feeds. A last line without one is left
 * out, since it may still be being written, unless the file is `whole`.
 *
 * @throws the file system's error if the file cannot be read
 */
export function* readLines(path: string, whole = false): Generator<string> {
  const file = openSync(path, "r");
  try {
    const decoder = new StringDecoder("utf8");
    const block = Buffer.allocUnsafe(BLOCK);
    let rest = "";
    for (let length = readSync(file, block); length > 0; length = readSync(file, block)) {
      const lines = (rest + decoder.write(block.subarray(0, length))).split("\n");
      rest = lines.pop() as string;
      yield* lines;
    }
    rest += decoder.end();
    if (whole && rest !== "") yield rest;
  } finally {
    closeSync(file);
  }
}

/** The lines of a text file, whatever ends them, without a mark of its encoding. @throws as `readLines` */
export function* readPlainLines(path: string): Generator<string> {
  let isFirst = true;
  for (const line of readLines(path, true)) {
    yield line.slice(isFirst && line.startsWith("\uFEFF") ? 1 : 0, line.endsWith("\r") ? -1 : undefined);
    isFirst = false;
  }
}

const LINE_FEED = 10;

/** The lines of a file that end with a line feed, each with where it begins, in bytes. @throws as `readLines` */
export function* readPlacedLines(path: string): Generator<readonly [place: number, line: string]> {
  const file = openSync(path, "r");
  try {
    const block = Buffer.allocUnsafe(BLOCK);
    let rest = Buffer.alloc(0); // of a line that began in an earlier block
    let place = 0;
    for (let length = readSync(file, block); length > 0; length = readSync(file, block)) {
      const bytes = rest.length > 0 ? Buffer.concat([rest, block.subarray(0, length)]) : block.subarray(0, length);
      let from = 0;
      for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
        yield [place + from, bytes.toString("utf8", from, end)];
        from = end + 1;
      }
      place += from;
      rest = Buffer.from(bytes.subarray(from));
    }
  } finally {
    closeSync(file);
  }
}
