const UNITS = ["bytes", "KB", "MB", "GB", "TB", "PB"] as const;

/** Bytes as people read them, in powers of 1024: `1.4 MB`. */
export function sayBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = value < 10 && unit > 0 ? 1 : 0;
  return `${value.toFixed(digits).replace(/\.0$/, "")} ${UNITS[unit]}`;
}

/** Mebibytes, as SLURM counts memory, as people read them. */
export function sayMemory(mebibytes: number): string {
  return mebibytes < 10 * 1024 ? `${mebibytes.toLocaleString("en-US")} MB` : sayBytes(mebibytes * 1024 * 1024);
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
