const ZERO = 48;
const NINE = 57;

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

/** Compares as people count: runs of digits by their value, so that 2 comes before 10; else by code unit. */
export function compareNaturally(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(j);
    if (isDigit(x) && isDigit(y)) {
      const startOfA = i;
      const startOfB = j;
      while (i < a.length && isDigit(a.charCodeAt(i))) i += 1;
      while (j < b.length && isDigit(b.charCodeAt(j))) j += 1;
      const first = a.slice(startOfA, i).replace(/^0+(?=\d)/, "");
      const second = b.slice(startOfB, j).replace(/^0+(?=\d)/, "");
      if (first.length !== second.length) return first.length - second.length;
      if (first !== second) return first < second ? -1 : 1;
    } else {
      if (x !== y) return x - y;
      i += 1;
      j += 1;
    }
  }
  const rest = a.length - i - (b.length - j);
  return rest !== 0 ? rest : a < b ? -1 : a > b ? 1 : 0;
}
