/** A place in a definition: keys and positions, from its top. */
export type DefinitionPath = readonly (string | number)[];

/** A mistake in a definition: at a part of it, or within a piece of one of its shell templates. */
export interface PlanMistake {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly path: DefinitionPath;
  readonly template?: { readonly stack: string; readonly piece: number; readonly offset: number } | undefined;
}
