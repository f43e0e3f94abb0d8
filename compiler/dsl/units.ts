/** A time span: `"90s"`, `"10m"`, `"2h"`, `"1d"`, or `"HH:MM:SS"` with days before a dash if need be. */
export type Duration =
  | `${number}${"s" | "m" | "h" | "d"}`
  | `${number}:${number}:${number}`
  | `${number}-${number}:${number}:${number}`;

/** An amount of memory: `"500 MB"`, `"2 GB"`. Powers of 1024, as SLURM counts. */
export type Memory = `${number}${"" | " "}${"MB" | "GB" | "TB"}`;

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 };

/** Seconds (milliseconds are kept as a fraction) of a duration; undefined if it is none. */
export function parseDuration(text: string): number | undefined {
  const simple = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  if (simple) return Math.round(Number(simple[1]) * (SECONDS[simple[2] as string] as number) * 1000) / 1000;
  const clock = /^(?:(\d+)-)?(\d+):(\d{1,2}):(\d{1,2})$/.exec(text);
  if (!clock) return undefined;
  const [days, hours, minutes, seconds] = clock.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  if (minutes > 59 || seconds > 59) return undefined;
  return days * 86400 + hours * 3600 + minutes * 60 + seconds;
}

const MEBIBYTES: Readonly<Record<string, number>> = { MB: 1, GB: 1024, TB: 1024 * 1024 };

/** Mebibytes, rounded up, of an amount of memory; undefined if it is none. */
export function parseMemory(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(MB|GB|TB)$/.exec(text);
  return match ? Math.ceil(Number(match[1]) * (MEBIBYTES[match[2] as string] as number)) : undefined;
}
