import type { Readable } from "node:stream";

/** So much of what stands before the mark is kept, for a message. */
const KEPT = 4096;

/**
 * Reads a stream up to a line that is `mark`, and hands the rest of it on.
 *
 * @param handOn takes what follows the mark; it must begin to listen before it returns
 * @returns `ended`: at the stream's end, whether there was a mark; `noise`: the (last) words before it, up to now
 */
export function readAfterMark(stream: Readable, mark: string, handOn: () => void) {
  const line = Buffer.from(`${mark}\n`);
  let seen: Buffer = Buffer.alloc(0);
  let found = false;
  const look = (): void => {
    for (let chunk = stream.read() as Buffer | null; chunk !== null; chunk = stream.read() as Buffer | null) {
      const text = Buffer.concat([seen, chunk]);
      const at = text.indexOf(line);
      if (at === -1) {
        seen = text.subarray(-KEPT);
        continue;
      }
      seen = text.subarray(Math.max(0, at - KEPT), at);
      found = true;
      stream.off("readable", look);
      const rest = text.subarray(at + line.length);
      if (rest.length > 0) stream.unshift(rest);
      handOn();
      return;
    }
  };
  stream.on("readable", look);
  const ended = new Promise<boolean>((resolve) => {
    const end = (): void => resolve(found);
    stream.once("end", end).once("close", end).once("error", end);
  });
  return { ended, noise: () => seen.toString("utf8").trim() };
}
