import type { InputLike } from "../../dsl/inputs.js";
import type { JobSourceData } from "../../dsl/job-source.js";
import type { Params } from "../../format/pattern.js";
import type { Place, Problem } from "../../problem/problem.js";

/** An input that a source gives each job. */
export interface SourceInput {
  readonly said: InputLike;
  /**
   * what the jobs' params have its path under, if placeholders alone do not say it: no name that a param
   * of the definition could have
   */
  readonly foundAs: string | undefined;
}

export interface Source {
  /** the params' names, in the order in which the definition gives them */
  readonly names: readonly string[];
  readonly jobs: Iterable<Params>;
  /** how many jobs there are, where that is known without going through them */
  readonly count?: number;
  /** what is wrong with the source itself; places are in files other than the definition */
  readonly problems: readonly Problem[];
  /** what people should know, and is no mistake */
  readonly notes: readonly Problem[];
  /** what to say if there is nothing in it */
  readonly empty: Omit<Problem, "place">;
  readonly inputs?: Readonly<Record<string, SourceInput>>;
  /** the param that only says where a job stands: it names the job, and is no part of what identifies it */
  readonly position?: string;
  /** params that bash runs as code: the text of each job's, with its places, whose syntax is still to be checked */
  readonly code?: Iterable<{ readonly text: string; placeOf(offset: number): Place }>;
  /** where the code runs, unless the swarm has inputs, outputs or a tree */
  readonly folder?: string;
}

/** What the definition says of a source of this kind. */
export type SaidSource<Kind extends JobSourceData["kind"]> = JobSourceData & { readonly kind: Kind };

/** Sources that find jobs themselves, rather than to combine those of others. */
export type SourceKind = Exclude<JobSourceData["kind"], "product">;

/**
 * Finds the jobs of a source of one kind. How such a source is said stands in `dsl/jobs.ts`.
 *
 * @param folder the definition's, where relative paths start
 */
export type SurveySource<Kind extends SourceKind> = (said: SaidSource<Kind>, folder: string) => Source;

/** Jobs are gone through more than once. */
export function again<T>(start: () => Iterator<T>): Iterable<T> {
  return { [Symbol.iterator]: start };
}
