import { hash } from "node:crypto";
import { fstatSync, readSync } from "node:fs";
import { join } from "node:path";
import type { BundleDescription, BundledJob } from "../../compiler/format/bundle.js";
import { namesIn, withFile } from "../../compiler/format/file-access.js";
import { LOG_FOLDER } from "../../compiler/format/results.js";

/**
 * A job's name as the name of a file. One that could not be a file name of its own is escaped as in a
 * URL, and a very long one cut, with a digest behind it.
 */
export function fileNameOf(job: string): string {
  let name = job.replace(/[%/]/g, encodeURIComponent);
  if (name === "" || name.startsWith(".")) name = `%${name}`;
  if (Buffer.byteLength(name) > 240)
    name = `${Buffer.from(name)
      .subarray(0, 200)
      .toString("utf8")
      .replace(/\uFFFD+$/, "")}%${hash("sha256", job).slice(0, 12)}`;
  return name;
}

/** What a job's logs are called: where its name is but a position, together with what identifies it. */
export function logNameOf(
  { name, key }: { readonly name: string; readonly key: string },
  { runsLines }: Pick<BundleDescription, "runsLines">,
): string {
  return runsLines ? `${name}.${key.slice(0, 8)}` : name;
}

/** What a job prints on. */
export const STREAMS = ["out", "err"] as const;
export type Stream = (typeof STREAMS)[number];

/** The path of a log below results. @param job what the job's logs are called */
export function logPath(job: string, stream: Stream): string {
  return `${LOG_FOLDER}/${fileNameOf(job)}.${stream}`;
}

/** The paths of what a job has printed, below results. */
export function logsOf(
  job: Pick<BundledJob, "name" | "key">,
  description: Pick<BundleDescription, "runsLines">,
): string[] {
  return STREAMS.map((stream) => logPath(logNameOf(job, description), stream));
}

/** The paths of all logs that there are, below results. @param results their folder */
export function logsIn(results: string): Set<string> {
  return new Set(namesIn(join(results, LOG_FOLDER)).map((name) => `${LOG_FOLDER}/${name}`));
}

/** Reads the end of a log, however large it is; a character that the cut goes through is left out. */
export function readLogTail(path: string, most: number) {
  return withFile(path, "r", (file) => {
    const { size } = fstatSync(file);
    let from = Math.max(0, size - most);
    const bytes = Buffer.alloc(size - from);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(file, bytes, length, bytes.length - length, from + length);
    }
    let start = 0;
    if (from > 0) while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
    from += start;
    /** `omitted`: how many bytes there are before it */
    return { text: bytes.toString("utf8", start, length), omitted: from };
  });
}
