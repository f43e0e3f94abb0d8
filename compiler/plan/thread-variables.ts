/** Variables by which numerical libraries are told how many threads they may start. */
const THREAD_VARIABLES = [
  "OMP_NUM_THREADS",
  "OPENBLAS_NUM_THREADS",
  "MKL_NUM_THREADS",
  "BLIS_NUM_THREADS",
  "NUMEXPR_NUM_THREADS",
  "VECLIB_MAXIMUM_THREADS",
  "JULIA_NUM_THREADS",
];

/** As many threads as a job has cores, unless the definition says otherwise. */
export function threadVariables(cpus: number, given: object): (readonly [name: string, value: string])[] {
  return THREAD_VARIABLES.filter((name) => !(name in given)).map((name) => [name, String(cpus)] as const);
}
