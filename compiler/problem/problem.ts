/** A place in a source file; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A place in a definition: keys and positions, from its top. */
export type DefinitionPath = readonly (string | number)[];

/** A mistake that many jobs may share: it is told once, of the first one, with the names of some others. */
interface SharedMistake {
  readonly kind: string;
  readonly job: string;
}

/** Takes a mistake at a part of the definition, and what to do about it. */
export type ReportMistake = (path: DefinitionPath, message: string, hint?: string, shared?: SharedMistake) => void;

export interface Problem {
  /** what happened, as a sentence without a full stop */
  readonly message: string;
  readonly place?: Place | undefined;
  readonly hint?: string | undefined;
}

export class ProblemsFound extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map((problem) => problem.message).join("\n"));
    this.name = "ProblemsFound";
  }
}
