import type { PastTry } from "../../compiler/format/results.js";

/** `1795718441880+3078@main.1/2`: its start and length in milliseconds, its manager and slot. */
const TRY = /^(\d+)\+(\d+)@([^@/\s]*)\/([^@/\s]*)$/;

const NONE: readonly PastTry[] = [];

/** Tries as a field of the ledger. */
export function encodeTries(tries: readonly PastTry[]): string {
  const wordOf = ({ start, end, manager, slot }: PastTry) => `${start}+${Math.max(0, end - start)}@${manager}/${slot}`;
  return tries.map(wordOf).join(" ");
}

/** What does not look like a try is left out: it only says when a job ran. */
export function decodeTries(field: string): readonly PastTry[] {
  if (field === "") return NONE; // as nearly all are
  return field.split(" ").flatMap((word) => {
    const [, start, length, manager = "", slot = ""] = TRY.exec(word) ?? [];
    if (start === undefined) return [];
    return [{ start: Number(start), end: Number(start) + Number(length), manager, slot }];
  });
}
