/** A file that does not hold what its output declares. Lines and columns count from 1. */
export class DataMistake extends Error {
  override readonly name = "DataMistake";

  constructor(
    readonly what: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(`${line}:${column}: ${what}`);
  }
}
