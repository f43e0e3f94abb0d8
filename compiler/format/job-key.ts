/*
 * What identifies a job for good is made of two parts: what it has of its own, which jobs.tsv says, and what all jobs
 * of its bundle have in common, which bundle.json says once. So an edit of the command changes one line, and not all.
 */

/** How many hexadecimal digits of a digest each part has: of its own, there may be millions; of the other, some hundred. */
const OWN_DIGITS = 20;
const COMMON_DIGITS = 12;

export function ownPart(digest: string): string {
  return digest.slice(0, OWN_DIGITS);
}

export function commonPart(digest: string): string {
  return digest.slice(0, COMMON_DIGITS);
}

/** @param common undefined: of a bundle of an earlier version, which has whole keys in its table */
export function jobKey(own: string, common: string | undefined): string {
  return common === undefined ? own : `${own}-${common}`;
}

/** Have two keys the same part of their own? */
export function isSameButCommon(one: string, other: string): boolean {
  return one.slice(0, OWN_DIGITS) === other.slice(0, OWN_DIGITS);
}

/** What stands for it in the digest of a bundle, beside a line for each file. */
export function commonKeyInDigest(common: string | undefined): string {
  return common === undefined ? "" : `commonKey\0${common}\n`;
}

/** Was this key made by a version that did not tell the parts apart? */
export function isOlderKey(key: string): boolean {
  return !key.includes("-");
}
