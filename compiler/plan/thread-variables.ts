/** Numerical libraries, as the variables begin that say how many threads they may start. */
const LIBRARIES = ["OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "BLIS_NUM", "NUMEXPR_NUM", "VECLIB_MAXIMUM", "JULIA_NUM"];

/** As many threads as a job has cores, unless the definition says otherwise. */
export function threadVariables(cpus: number, given: object): (readonly [name: string, value: string])[] {
  const names = LIBRARIES.map((library) => `${library}_THREADS`).filter((name) => !(name in given));
  return names.map((name) => [name, String(cpus)] as const);
}
