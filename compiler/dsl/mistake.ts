/**
 * A mistake in a definition, found while it is evaluated: what is wrong, which part of the
 * definition (`["inputs", "first"]`; empty for the whole), and what to do about it.
 */
export class DefinitionMistake extends Error {
  constructor(
    message: string,
    readonly path: readonly (string | number)[] = [],
    readonly hint?: string,
  ) {
    super(message);
    this.name = "DefinitionMistake";
  }
}
