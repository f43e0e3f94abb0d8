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

/** Something that one of the definition's own functions threw when the compiler called it. */
export class DefinitionThrew extends Error {
  override readonly name = "DefinitionThrew";

  constructor(override readonly cause: unknown) {
    super("a function of the definition failed");
  }
}

/**
 * Calls a function that belongs to the definition.
 *
 * @throws DefinitionThrew whatever it throws
 */
export function callDefinition<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw new DefinitionThrew(error);
  }
}
