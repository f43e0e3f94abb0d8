import { errorCode } from "../../compiler/format/file-access.js";
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
