import type { DefinitionPath } from "../problem/problem.js";

/** A mistake in a definition: at a part of it, or within a piece of one of its shell templates. */
export interface PlanMistake {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly path: DefinitionPath;
  readonly template?: { readonly stack: string; readonly piece: number; readonly offset: number } | undefined;
}
