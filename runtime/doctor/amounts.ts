function say(amount: number, step: number, units: readonly string[]): string {
  let value = amount;
  let unit = 0;
  while (value >= step && unit < units.length - 1) {
    value /= step;
    unit += 1;
  }
  const digits = value < 10 && unit > 0 ? 1 : 0;
  return `${value.toFixed(digits).replace(/\.0$/, "")} ${units[unit]}`;
}

/** Bytes as people read them, in powers of 1000: `1.4 MB`. */
export function sayBytes(bytes: number): string {
  return say(bytes, 1000, ["bytes", "kB", "MB", "GB", "TB", "PB"]);
}

/** Mebibytes as people read them; SLURM, and the definition, call them MB, and 1024 of them a GB. */
export function sayMemory(mebibytes: number): string {
  return mebibytes < 10 * 1024
    ? `${mebibytes.toLocaleString("en-US")} MB`
    : say(mebibytes, 1024, ["MB", "GB", "TB", "PB"]);
}

/** Seconds as a walltime is written: `04:00:00`, `2-00:00:00`. */
export function sayWalltime(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const clock = `${two((seconds % 86400) / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  return seconds >= 86400 ? `${Math.floor(seconds / 86400)}-${clock}` : clock;
}

/** `1 pilot`, `2,000 pilots`. */
export function sayCount(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}
