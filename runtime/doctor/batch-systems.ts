import type { BatchExamination } from "./facts/batch-examination.js";
import { SLURM } from "./slurm/examination.js";

/** How batch systems are looked at, by the kind of a target. A new one is a folder here, and a line; without it, nothing is looked at. */
export const EXAMINATIONS: Record<string, BatchExamination> = { slurm: SLURM };
