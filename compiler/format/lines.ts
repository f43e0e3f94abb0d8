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
