/**
 * Is a text a number, and written as that number is written out again? Names are made of it: `007` would become 7, `1.10`
 * another version, and a number of 20 digits another one.
 */
export function isExactNumber(text: string): boolean {
  const number = Number(text);
  return Number.isFinite(number) && String(number) === text;
}
