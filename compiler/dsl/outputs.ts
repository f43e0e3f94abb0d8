import type { DataColumns } from "../format/data-columns.js";
import type { Command, Reference } from "./command.js";
import { DefinitionMistake } from "./mistake.js";

/** What must be true of an output that is there. */
export interface SaidChecks {
  /** bytes that it must have at least */
  readonly minBytes?: number;
  /** content that a line of it must have */
  readonly matches?: { readonly source: string; readonly flags: string };
  /** columns that its rows must have */
  readonly data?: DataColumns;
  /** a command that says so by its exit code */
  readonly checked?: (names: { readonly output: Reference }) => Command;
}

/** An output as the definition describes it. A pattern that ends in `/` names a folder. */
export interface OutputSpec<S extends string = string> {
  readonly kind: "output";
  readonly pattern: S;
  readonly optional: boolean;
  readonly checks: SaidChecks;
}

export type OutputLike = string | OutputSpec;

/** An output with all that may be said of it. */
export function outputSpec<S extends string>(output: S | OutputSpec<S>): OutputSpec<S> {
  return typeof output === "string" ? { kind: "output", pattern: output, optional: false, checks: {} } : output;
}

function withChecks<S extends string>(output: S | OutputSpec<S>, checks: SaidChecks): OutputSpec<S> {
  const spec = outputSpec(output);
  return { ...spec, checks: { ...spec.checks, ...checks } };
}

/** An output that a job may leave out. If it is there, its other rules hold. */
export function optional<const S extends string>(output: S | OutputSpec<S>): OutputSpec<S> {
  return { ...outputSpec(output), optional: true };
}

/** An output that must not be empty; a folder must hold at least one byte in some file. */
export function nonEmpty<const S extends string>(output: S | OutputSpec<S>): OutputSpec<S> {
  return minBytes(output, 1);
}

/** An output with at least so many bytes; of a folder, the bytes of all its files count. */
export function minBytes<const S extends string>(output: S | OutputSpec<S>, bytes: number): OutputSpec<S> {
  if (!Number.isSafeInteger(bytes) || bytes < 0) {
    throw new DefinitionMistake(`${bytes} is no number of bytes`, ["outputs"], "write a whole number, as in 1024");
  }
  return withChecks(output, { minBytes: Math.max(outputSpec(output).checks.minBytes ?? 0, bytes) });
}

/**
 * An output that must have a line which matches, as `grep -E` would find it; only what POSIX
 * extended regular expressions can say is accepted.
 *
 * @example matches("result.json", /^\s*"status": "ok"/)
 */
export function matches<const S extends string>(output: S | OutputSpec<S>, pattern: RegExp): OutputSpec<S> {
  return withChecks(output, { matches: { source: pattern.source, flags: pattern.flags } });
}

/**
 * An output that is good only if a command says so: it runs in the job's folder after the job, and
 * its exit code is the answer.
 *
 * @example checked("reads.bam", ({ output }) => sh`samtools quickcheck ${output}`)
 */
export function checked<const S extends string>(
  output: S | OutputSpec<S>,
  check: (names: { readonly output: Reference }) => Command,
): OutputSpec<S> {
  return withChecks(output, { checked: check });
}

/**
 * An output that holds data: a JSON object or a list of them (`.json`), objects line by line (`.jsonl`, `.ndjson`), or a
 * table with a header (`.tsv`, `.csv`). Each row must have these columns; a `?` behind a type lets a value be missing. The rows of
 * all jobs come together in `results/NAME.tsv` and `results/NAME.parquet`, and `results.ts` reads them with their types.
 *
 * @example data("fits/{id}.json", { slope: "number", converged: "boolean", note: "string?" })
 */
// `C` keeps each type as it is written: of a column called `constructor`, TypeScript would make it any text.
export function data<const S extends string, const C extends DataColumns>(
  output: S | OutputSpec<S>,
  columns: C,
): OutputSpec<S> {
  return withChecks(output, { data: { ...columns } });
}
