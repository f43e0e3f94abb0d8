/** Compares as people count: runs of digits by their value, so that 2 comes before 10; else by code unit. */
export function compareNaturally(a: string, b: string): number {
  const partsOf = (text: string): readonly string[] => text.match(/\d+|\D/g) ?? [];
  const [ofA, ofB] = [partsOf(a), partsOf(b)];
  for (const [i, first] of ofA.entries()) {
    const second = ofB[i];
    if (second === undefined) return 1;
    const isNumber = /\d/.test(first) && /\d/.test(second);
    const [x = "", y = ""] = isNumber
      ? [first, second].map((digits) => digits.replace(/^0+(?=\d)/, ""))
      : [first, second];
    if (isNumber && x.length !== y.length) return x.length - y.length;
    if (x !== y) return x < y ? -1 : 1;
  }
  return ofA.length - ofB.length || (a < b ? -1 : a > b ? 1 : 0);
}
