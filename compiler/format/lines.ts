import { openSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { blocksOf } from "./file-access.js";

/**
 * The lines of a file, one at a time, without their line feeds. A last line without one is left
 * out, since it may still be being written, unless the file is `whole`.
 *
 * @throws the file system's error if the file cannot be read
 */
export function* readLines(path: string, whole = false): Generator<string> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for (const block of blocksOf(openSync(path, "r"))) {
    // Nothing looks at the rest once more: a long line would take as many looks as it has blocks.
    const lines = decoder.write(block).split("\n");
    lines[0] = rest + lines[0];
    rest = lines.pop() as string;
    yield* lines;
  }
  rest += decoder.end();
  if (whole && rest !== "") yield rest;
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
  let begun: Buffer[] = []; // a line, as far as it stands in earlier blocks
  let place = 0;
  for (const block of blocksOf(openSync(path, "r"))) {
    if (!block.includes(LINE_FEED)) {
      begun.push(Buffer.from(block));
      continue;
    }
    const bytes = begun.length > 0 ? Buffer.concat([...begun, block]) : block;
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      yield [place + from, bytes.toString("utf8", from, end)];
      from = end + 1;
    }
    place += from;
    begun = from < bytes.length ? [Buffer.from(bytes.subarray(from))] : [];
  }
}
