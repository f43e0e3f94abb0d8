import { hash } from "node:crypto";
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

/** The path of a job's log below results. */
export function logPath(job: string, stream: "out" | "err"): string {
  return `${LOG_FOLDER}/${fileNameOf(job)}.${stream}`;
}
