import type { Delivery } from "../format/delivery.js";

export interface InputOptions<A extends string = string> {
  /** its path in the job's folder; may have placeholders. Unless given, as in the definition. */
  readonly as?: A;
}

/** An input as the definition describes it; a plain string stands for `{ pattern, … }` with no wishes. */
export interface InputSpec<S extends string = string> {
  readonly kind: "input";
  readonly pattern: S;
  readonly as: string | undefined;
  /** once on the target, however many jobs use it */
  readonly shared: boolean;
  /** undefined: a copy, unless it is large */
  readonly delivery: Delivery | undefined;
}

export type InputLike = string | InputSpec;

/** The pattern of an input, however it is given. */
export function patternOf(input: InputLike): string {
  return typeof input === "string" ? input : input.pattern;
}

function spec<S extends string>(
  pattern: S,
  options: InputOptions | undefined,
  shared: boolean,
  delivery: Delivery | undefined,
): InputSpec<S> {
  return { kind: "input", pattern, as: options?.as, shared, delivery };
}

/** A file or folder of each job, as a string would do, with options. Copied, or linked if it is large. */
export function input<const S extends string>(pattern: S, options?: InputOptions): InputSpec<S> {
  return spec(pattern, options, false, undefined);
}

/**
 * A file or folder that many jobs use: it lies on the target once, and is linked, read-only, into
 * the folder of each job that names it.
 *
 * @example shared("refs/{species}.fa")
 */
export function shared<const S extends string>(pattern: S, options?: InputOptions): InputSpec<S> {
  return spec(pattern, options, true, "link");
}

/** An input that is linked, read-only, into the job's folder instead of being copied. */
export function linked<const S extends string>(pattern: S, options?: InputOptions): InputSpec<S> {
  return spec(pattern, options, false, "link");
}

/** An input that is copied into the job's folder, however large it is, so that the job may change it. */
export function copied<const S extends string>(pattern: S, options?: InputOptions): InputSpec<S> {
  return spec(pattern, options, false, "copy");
}

/**
 * A file or folder that is used where it lies on the target, under this very path; a relative
 * path starts at the definition's folder. Nothing is copied, its content is not part of what
 * identifies the job, and a job that writes to it changes the original.
 */
export function inPlace<const S extends string>(pattern: S): InputSpec<S> {
  return spec(pattern, undefined, false, "in-place");
}
