import { accessSync, constants, statSync } from "node:fs";
import { errorCode } from "../../compiler/format/file-access.js";
import { RuntimeProblem } from "../system/problem.js";
import { messageOf } from "../system/system-errors.js";

export class OutputRefused extends Error {
  override readonly name = "OutputRefused";
}

/** A file that does not hold the data that its output declares. */
export class InvalidData extends OutputRefused {}

/** What the system says of a path that is wrong in itself. All else is wrong with the disk or the machine. */
const WRONG_PATH = new Set([
  ...["EACCES", "EEXIST", "EILSEQ", "EINVAL", "EISDIR", "ELOOP", "ENAMETOOLONG", "ENOENT", "ENOTDIR", "ENOTEMPTY"],
  ...["EPERM", "ERR_FS_EISDIR"],
]);

/** Is it one job's trouble that its output could not be collected? Then those of others can. */
export function isOfJob(error: unknown): error is Error {
  return error instanceof OutputRefused || WRONG_PATH.has(errorCode(error) ?? "");
}

/** Whether files can be made in a folder. */
export function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}

/** A folder of the results that takes nothing: no job is to blame, and what they have made is still where they ran. */
export function resultsRefused(folder: string, error: unknown): RuntimeProblem {
  return new RuntimeProblem(
    `nothing can be put into ${folder}: ${messageOf(error)}`,
    "what the jobs have made is not lost: mend that, then locusts gather collects it",
    { cause: error },
  );
}
