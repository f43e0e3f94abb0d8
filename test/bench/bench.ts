import type { Ground } from "./ground.js";
import type { Measurement } from "./measure.js";

/** What all benches are told. */
export interface Setting {
  readonly ground: Ground;
  /** how many times each side runs; their medians are compared */
  readonly runs: number;
  /** fewer jobs, for a first look: its figures count for nothing */
  readonly quick: boolean;
  /** a line for whoever watches */
  say(text: string): void;
}

/** A value with its unit; of a measurement, the median. */
export interface Figure {
  readonly value: number;
  readonly unit: "s" | "µs/job" | "MB" | "calls";
  /** least and greatest of the runs */
  readonly range?: readonly [number, number];
}

/** One line of a bench's table: what is compared, and with what. */
export interface Comparison {
  readonly kind: "comparison";
  readonly what: string;
  readonly ours: Figure;
  readonly theirs?: Figure;
  /** ours divided by theirs, or a growth */
  readonly ratio?: number;
  /** met if the ratio, or else our figure, is not above it; without one, the line only informs */
  readonly bar?: Bar;
}

export interface Bar {
  readonly most: number;
  readonly of: "ratio" | "ours";
  readonly words: string;
}

/** A line that could not be measured, and why. */
export interface Skipped {
  readonly kind: "skipped";
  readonly what: string;
  readonly why: string;
}

export type Line = Comparison | Skipped;

/** Something that is measured: a file of the folder `benches`. */
export interface Bench {
  readonly name: string;
  /** what is measured, in one sentence */
  readonly description: string;
  run(setting: Setting): Promise<readonly Line[]>;
}

/** At most so many times the other's time. */
export function atMost(most: number): Bar {
  return { most, of: "ratio", words: `≤ ${most.toFixed(2)}` };
}

/** So many times faster, or better. */
export function timesFaster(times: number): Bar {
  return { most: 1 / times, of: "ratio", words: `≤ ${(1 / times).toFixed(3)} (${times} × faster)` };
}

export function isMet(line: Comparison): boolean | undefined {
  if (!line.bar) return undefined;
  const value = line.bar.of === "ratio" ? line.ratio : line.ours.value;
  return value !== undefined && value <= line.bar.most;
}

export function seconds(measurement: Measurement): Figure {
  return { value: measurement.median, unit: "s", range: [measurement.least, measurement.greatest] };
}

/** The line that compares two measurements by the ratio of their medians. */
export function compare(what: string, ours: Measurement, theirs: Measurement, bar?: Bar): Comparison {
  return {
    kind: "comparison",
    what,
    ours: seconds(ours),
    theirs: seconds(theirs),
    ratio: ours.median / theirs.median,
    ...(bar ? { bar } : {}),
  };
}
