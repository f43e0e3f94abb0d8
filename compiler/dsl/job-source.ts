import type { ParamValue } from "../format/pattern.js";
import type { InputLike } from "./inputs.js";

/** Where the jobs come from, as plain data; the compiler's survey turns it into params. */
export type JobSourceData =
  | { readonly kind: "files"; readonly pattern: string }
  | { readonly kind: "file-groups"; readonly files: FilesOfJob }
  | { readonly kind: "range"; readonly name: string; readonly from: number; readonly to: number; readonly step: number }
  | { readonly kind: "rows"; readonly rows: readonly Readonly<Record<string, ParamValue>>[] }
  | { readonly kind: "matrix"; readonly axes: Readonly<Record<string, readonly ParamValue[]>> }
  | {
      readonly kind: "table";
      readonly path: string;
      readonly columns: Readonly<Record<string, ColumnType>> | undefined;
      readonly comments: boolean | undefined;
    }
  | { readonly kind: "lines"; readonly path: string; readonly name: string; readonly comments: boolean | undefined }
  | { readonly kind: "commands"; readonly path: string; readonly folder: string }
  | { readonly kind: "product"; readonly factors: readonly SaidJobs[] };

export type ColumnType = "string" | "number" | "boolean";

/** The files of one job, by the names of the inputs that they are. */
export type FilesOfJob = Readonly<Record<string, InputLike>>;

/** A source with the filters that narrow it. */
export interface SaidJobs {
  readonly source: JobSourceData;
  readonly filters: readonly ((params: never) => boolean)[];
}

/** Params that both have; `never` where the names of either are known only later. */
type Common<P, Q> = string extends keyof P ? never : string extends keyof Q ? never : keyof P & keyof Q & string;

/** What to do where two sources have the same param. */
export const CLASH_HINT =
  "name it otherwise in one of them; to put rows to files: table(…) alone, with its params in the paths of the inputs";

/** Nothing more to ask of `Q` if it has no param of `P`; else a sentence, which the compiler shows at its place. */
type Apart<P, Q> = [Common<P, Q>] extends [never] ? unknown : `both sources have the param {${Common<P, Q>}}`;

export type Show<T> = { readonly [K in keyof T]: T[K] };

/** The jobs of a swarm: one for each set of params, and the inputs that their source gives them, by name. */
export class JobSource<out P, out F = {}> {
  readonly #said: SaidJobs;
  /** inference follows it */
  declare protected readonly jobs: { readonly params: P; readonly files: F };

  /** @internal */
  constructor(source: JobSourceData, filters: SaidJobs["filters"] = []) {
    this.#said = { source, filters };
  }

  /** Only the jobs for which `keep` is true. Its answer may depend on nothing but its argument and constants of the definition. */
  filter(keep: (params: P) => boolean): JobSource<P, F> {
    const { source, filters } = this.#said;
    return new JobSource<P, F>(source, [...filters, keep as (params: never) => boolean]);
  }

  /**
   * Each of these jobs with each of those: the params of both. The other source's jobs vary fastest.
   *
   * @example files("in/{sample}.bam").times(matrix({ chrom: [1, 2, 3] }))
   */
  times<Q, G>(other: JobSource<Q, G> & Apart<P, Q>): JobSource<Show<P & Q>, F & G> {
    return new JobSource<Show<P & Q>, F & G>({
      kind: "product",
      factors: [this.#said, JobSource.said(other as JobSource<Q, G>)],
    });
  }

  /**
   * What a source says.
   *
   * @internal
   */
  static said(source: unknown): SaidJobs {
    if (!(source instanceof JobSource)) throw new TypeError("this is no source of jobs");
    return source.#said;
  }
}
