import type { RetryCause } from "./environment.js";
import type { Duration, Memory } from "./units.js";

/** What is known of a job when a definition is built: what its needs may be worked out from. */
export interface JobFacts<P, I> {
  readonly params: P;
  readonly inputs: { readonly [K in keyof I]: InputFacts };
  /** 1 at its first try, 2 when it is tried again, up to 1 + `limits.retries` */
  readonly attempt: number;
}

export interface InputFacts {
  /** its size; of a folder, that of all its files. Of an input that is used in place it is not known */
  readonly bytes: number;
}

/** The same for all jobs, or worked out for each job and try. */
export type ByJob<T, P, I> = T | ((job: JobFacts<P, I>) => T);

/** What one job needs. */
export interface Resources {
  /** cores that one job keeps busy; 1 unless given */
  readonly cpus?: number;
  /** memory that one job needs at most */
  readonly memory?: Memory;
  /** GPUs that one job has to itself, by `CUDA_VISIBLE_DEVICES`; none unless given */
  readonly gpus?: number;
}

export interface Limits<P = unknown, I = unknown> {
  /** how long one try of a job may take; then it gets SIGTERM, and SIGKILL ten seconds later */
  readonly time?: Duration | ((job: JobFacts<P, I>) => Duration | undefined);
  /** binds each running job to as many cores as it asks for, by `taskset`: no other job has them meanwhile */
  readonly pin?: boolean;
  /** how many times a job that failed is tried again, from pristine inputs; 0 unless given, 1000 at most */
  readonly retries?: number;
  /** the causes after which it is tried again; all of them unless given */
  readonly retryOn?: readonly RetryCause[];
  /** failed jobs after which no further job is begun */
  readonly maxFailures?: number;
  /** the least time between the starts of two jobs */
  readonly stagger?: Duration;
}
