/** `2,000`, `1,234.5`, in English anywhere. By hand, since what `Intl` loads for it takes a third of a short verb's time. */
export function formatNumber(value: number): string {
  const [whole = "", ...fraction] = String(Number(value.toFixed(3))).split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...fraction].join(".");
}

/** `1 job`, `2,000 jobs`. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatNumber(count)} ${count === 1 ? noun : plural}`;
}

/** The first of many: `a, b and 12 more`. @param word what each is called */
export function firstOf<T>(all: readonly T[], most: number, word: (one: T) => string = String): string {
  const more = all.length > most ? ` and ${formatNumber(all.length - most)} more` : "";
  return `${all.slice(0, most).map(word).join(", ")}${more}`;
}

/** Bytes as people read them, in powers of 1000: `1.4 MB`. */
export function formatBytes(bytes: number): string {
  return bytes === 1 ? "1 byte" : scale(bytes, 1000, ["bytes", "kB", "MB", "GB", "TB", "PB"]);
}

/** Mebibytes as people read them; SLURM, and the definition, call them MB, and 1024 of them a GB. */
export function formatMemory(mebibytes: number): string {
  return mebibytes < 10 * 1024 ? `${formatNumber(mebibytes)} MB` : scale(mebibytes, 1024, ["MB", "GB", "TB", "PB"]);
}

/** What jobs have used, in the unit in which they ask for it, and not less than it is. */
export function formatPeak(bytes: number): string {
  return formatMemory(Math.max(1, Math.ceil(bytes / 2 ** 20)));
}

/** Seconds as people read them: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `1 d 4 h`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
}

/** Seconds as a walltime is written: `04:00:00`, and with days before a dash from a day on: `2-00:00:00`. */
export function formatWalltime(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const clock = `${two((seconds % 86400) / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  return seconds >= 86400 ? `${Math.floor(seconds / 86400)}-${clock}` : clock;
}

function scale(amount: number, step: number, units: readonly string[]): string {
  let value = amount;
  let unit = 0;
  while (value >= step && unit < units.length - 1) {
    value /= step;
    unit += 1;
  }
  const digits = value < 10 && unit > 0 ? 1 : 0;
  return `${value.toFixed(digits).replace(/\.0$/, "")} ${units[unit]}`;
}
