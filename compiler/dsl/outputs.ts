import type { Command, Reference } from "./command.js";
import { DefinitionMistake } from "./mistake.js";

/** An output as the definition describes it. A pattern that ends in `/` names a folder. */
export interface OutputSpec<S extends string = string> {
  readonly kind: "output";
  readonly pattern: S;
  readonly optional: boolean;
  /** bytes that it must have at least; 0: it may be empty */
  readonly minBytes: number;
  /** content that a line of it must have */
  readonly matches: { readonly source: string; readonly flags: string } | undefined;
  readonly check: ((names: { readonly output: Reference }) => Command) | undefined;
}

export type OutputLike = string | OutputSpec;

function spec<S extends string>(output: S | OutputSpec<S>, rules: Partial<OutputSpec<S>>): OutputSpec<S> {
  const base: OutputSpec<S> =
    typeof output === "string"
      ? { kind: "output", pattern: output, optional: false, minBytes: 0, matches: undefined, check: undefined }
      : output;
  return { ...base, ...rules };
}

/** An output that a job may leave out. If it is there, its other rules hold. */
export function optional<const S extends string>(output: S | OutputSpec<S>): OutputSpec<S> {
  return spec(output, { optional: true });
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
  const least = typeof output === "string" ? bytes : Math.max(output.minBytes, bytes);
  return spec(output, { minBytes: least });
}

/**
 * An output that must have a line which matches, as `grep -E` would find it; only what POSIX
 * extended regular expressions can say is accepted.
 *
 * @example matches("result.json", /^\s*"status": "ok"/)
 */
export function matches<const S extends string>(output: S | OutputSpec<S>, pattern: RegExp): OutputSpec<S> {
  return spec(output, { matches: { source: pattern.source, flags: pattern.flags } });
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
  return spec(output, { check });
}
