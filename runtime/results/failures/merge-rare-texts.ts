import { Groups } from "../../../compiler/format/groups.js";

/** Texts of so few jobs may be one text with a word in it that is another in each. */
const RARE = 2;
/** So many that differ in the same words are one text. */
const FEWEST_ALIKE = 8;
/** A word that so many texts share, on average, sets kinds of failures apart. */
const FEWEST_FOR_A_KIND = 4;
/** Stands for the words that differ. */
const ANY = "*";

/** Words, and what stands between them. */
const PIECE = /[\p{L}\p{N}_#…]+|[^\p{L}\p{N}_#…]+/gu;

/** Where texts have different pieces, with how many different ones. */
function differences(texts: readonly (readonly string[])[]): Map<number, number> {
  const found = new Map<number, number>();
  const [first = []] = texts;
  for (let at = 0; at < first.length; at += 1) {
    const seen = new Set(texts.map((pieces) => pieces[at]));
    if (seen.size > 1) found.set(at, seen.size);
  }
  return found;
}

/** Texts of one length, apart by the words that many of them share. @param found takes those that are alike */
function separate(texts: readonly (readonly string[])[], found: (alike: readonly (readonly string[])[]) => void): void {
  if (texts.length < FEWEST_ALIKE) return;
  const differing = differences(texts);
  const [kinds] = [...differing]
    .filter(([, count]) => count * FEWEST_FOR_A_KIND <= texts.length)
    .sort(([, a], [, b]) => a - b);
  if (kinds === undefined) {
    const [first = []] = texts;
    // What has little in common but its length is not one text.
    if (differing.size * 3 <= first.length) found(texts);
    return;
  }
  const parts = new Groups<string, readonly string[]>();
  for (const pieces of texts) parts.add(pieces[kinds[0]] as string, pieces);
  for (const part of parts.values()) separate(part, found);
}

/**
 * Of texts that one or two jobs say each, those that differ in a word or two alone: as `no gene X`, of a thousand genes.
 *
 * @param counts how many jobs say each text
 * @returns what stands for a text, for those that are merged
 */
export function mergeRareTexts(counts: ReadonlyMap<string, number>): ReadonlyMap<string, string> {
  const merged = new Map<string, string>();
  const byLength = new Groups<number, readonly string[]>();
  for (const [text, count] of counts) {
    if (count > RARE || text === "") continue;
    const pieces = text.match(PIECE) as string[];
    byLength.add(pieces.length, pieces);
  }
  for (const texts of byLength.values()) {
    separate(texts, (alike) => {
      const differing = differences(alike);
      for (const pieces of alike) {
        merged.set(pieces.join(""), pieces.map((piece, at) => (differing.has(at) ? ANY : piece)).join(""));
      }
    });
  }
  return merged;
}
