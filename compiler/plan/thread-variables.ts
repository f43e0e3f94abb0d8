/** Numerical libraries, as the variables begin that say how many threads they may start. */
const LIBRARIES = ["OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "BLIS_NUM", "NUMEXPR_NUM", "VECLIB_MAXIMUM", "JULIA_NUM"];

/** Those of them that get the number of a job's cores: the definition does not say otherwise. */
export function threadVariables(given: object): readonly string[] {
  return LIBRARIES.map((library) => `${library}_THREADS`).filter((name) => !(name in given));
}
