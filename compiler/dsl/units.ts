import { DefinitionMistake } from "./mistake.js";

/** A time span: `"90s"`, `"10m"`, `"2h"`, `"1d"`, or `"HH:MM:SS"` with days before a dash if need be. */
export type Duration =
  | `${number}${"s" | "m" | "h" | "d"}`
  | `${number}:${number}:${number}`
  | `${number}-${number}:${number}:${number}`;

/** An amount of memory: `"500 MB"`, `"2 GB"`. Powers of 1024, as SLURM counts. */
export type Memory = `${number}${"" | " "}${"MB" | "GB" | "TB"}`;

/** A number that a definition has worked out, as a whole one that is not smaller. @throws DefinitionMistake */
function roundedUp(value: number, of: string): number {
  if (Number.isFinite(value) && value > 0) return Math.ceil(Math.round(value * 1e6) / 1e6);
  throw new DefinitionMistake(`${value} is no ${of}`, [], "it has to be a number above 0");
}

/** So many MB, of 1024 × 1024 bytes, as the text that options take; rounded up to whole ones. */
export function megabytes(value: number): Memory {
  return `${roundedUp(value, "amount of memory")} MB`;
}

/** So many GB, of 1024 MB, as the text that options take; rounded up to whole MB. */
export function gigabytes(value: number): Memory {
  return megabytes(value * 1024);
}

/** So many seconds, as the text that options take; rounded up to whole ones. */
export function seconds(value: number): Duration {
  return `${roundedUp(value, "time span")}s`;
}

/** So many minutes, as the text that options take; rounded up to whole seconds. */
export function minutes(value: number): Duration {
  return seconds(value * 60);
}

/** So many hours, as the text that options take; rounded up to whole seconds. */
export function hours(value: number): Duration {
  return seconds(value * 3600);
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 };

/** Seconds (milliseconds are kept as a fraction) of a duration; undefined if it is none. */
export function parseDuration(text: string): number | undefined {
  const simple = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  if (simple) return Math.round(Number(simple[1]) * (SECONDS[simple[2] as string] as number) * 1000) / 1000;
  const clock = /^(?:(\d+)-)?(\d+):(\d{1,2}):(\d{1,2})$/.exec(text);
  if (!clock) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = clock.slice(1).map((part) => Number(part ?? 0));
  if (minutes > 59 || seconds > 59) return undefined;
  return days * 86400 + hours * 3600 + minutes * 60 + seconds;
}

const MEBIBYTES: Readonly<Record<string, number>> = { MB: 1, GB: 1024, TB: 1024 * 1024 };

/** Mebibytes, rounded up, of an amount of memory; undefined if it is none. */
export function parseMemory(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(MB|GB|TB)$/.exec(text);
  return match ? Math.ceil(Number(match[1]) * (MEBIBYTES[match[2] as string] as number)) : undefined;
}
