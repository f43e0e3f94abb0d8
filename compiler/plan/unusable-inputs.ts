import { UnusableInput } from "../format/content/input-entries.js";
import { errorCode } from "../format/file-access.js";
import { shortened, whyUnreadable } from "../format/file-names.js";

/** So many faults of one input are named. */
const MOST_FAULTS = 5;

export function explainUnusable(error: unknown, source: string, job: string): { message: string; hint: string }[] {
  if (!(error instanceof UnusableInput)) {
    const message = `the input ${shortened(source)} of the job ${shortened(job)} cannot be read: ${whyUnreadable(error)}`;
    const fix = errorCode(error) === "ELOOP" ? "mend the link" : "change its permissions";
    return [{ message, hint: `${fix}, or leave it out` }];
  }
  const { faults } = error;
  const more = faults.length - MOST_FAULTS;
  return faults.slice(0, MOST_FAULTS).map(({ path, why, hint }, i) => ({
    message: `the input ${shortened(source)} of the job ${shortened(job)} cannot be used: ${path} ${why}${
      more > 0 && i === MOST_FAULTS - 1 ? `; and ${more} more of its files` : ""
    }`,
    hint,
  }));
}
