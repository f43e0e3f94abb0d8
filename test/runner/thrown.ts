/**
 * What was thrown, as an Error. uvu loses a thrown string or undefined, and all tests after it.
 * Errors of another vm context are no `instanceof Error`, so what counts is what uvu prints.
 */
export function asError(thrown: unknown): Error {
  if (typeof thrown === "object" && thrown !== null) {
    const { name, message, stack } = thrown as Partial<Error>;
    if (typeof name === "string" && typeof message === "string" && typeof stack === "string") return thrown as Error;
  }
  return new Error(`something that is no Error was thrown: ${printed(thrown)}`, { cause: thrown });
}

function printed(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}
