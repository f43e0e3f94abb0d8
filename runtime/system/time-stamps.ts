import { utimesSync } from "node:fs";

/**
 * A time stamp in whole microseconds. All that puts files anywhere rounds in this one way, or data
 * that is as old as its index could come out newer.
 *
 * @param milliseconds since 1970, with fractions, as `Stats.mtimeMs`
 */
export function wholeMicroseconds(milliseconds: number): number {
  return Math.max(0, Math.floor(milliseconds * 1000));
}

/** Gives a file or folder the time stamp that another has. */
export function keepTime(path: string, milliseconds: number): void {
  // What is handed on as a fraction of a second is cut to microseconds: half of one more, and none is lost.
  const seconds = (wholeMicroseconds(milliseconds) + 0.5) / 1_000_000;
  utimesSync(path, seconds, seconds);
}
