/** What one try of a job needs. */
export interface Needs {
  readonly cpus: number;
  /** 0: the definition does not say */
  readonly memoryMebibytes: number;
  /** 0: none */
  readonly gpus: number;
  /** how long it may take, in seconds; 0: there is no limit */
  readonly timeSeconds: number;
}

/** Which needs are worked out for each job. */
export interface ByJob {
  /** cores, memory and GPUs */
  readonly resources: boolean;
  readonly time: boolean;
}

const COLUMNS = {
  resources: [
    ["cpus", "need_cpus"],
    ["memoryMebibytes", "need_memory"],
    ["gpus", "need_gpus"],
  ],
  time: [["timeSeconds", "need_seconds"]],
} as const satisfies Readonly<Record<keyof ByJob, readonly (readonly [keyof Needs, string])[]>>;

/** The columns of a list of jobs for what is not the same for all: what they are about, and their names. */
export function needColumns({ resources, time }: ByJob): readonly (readonly [need: keyof Needs, column: string])[] {
  return [...(resources ? COLUMNS.resources : []), ...(time ? COLUMNS.time : [])];
}

/** The fields of a job in these columns: one number, or, where its tries differ, one for each of them: `1,2,4`. */
export function needFields(byJob: ByJob, tries: readonly Needs[]): string[] {
  return needColumns(byJob).map(([need]) => {
    const values = tries.map((each) => each[need]);
    return values.every((value) => value === values[0]) ? String(values[0]) : values.join(",");
  });
}

/** What a job needs at its first try, by its fields in these columns. */
export function readNeeds(byJob: ByJob, fields: readonly string[]): Partial<Needs> {
  return Object.fromEntries(needColumns(byJob).map(([need], i) => [need, Number.parseInt(fields[i] ?? "0", 10)]));
}
