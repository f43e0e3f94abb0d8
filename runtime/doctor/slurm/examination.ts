import { openOptions } from "../../../compiler/format/sbatch-options.js";
import { type BatchExamination, countSubmitted } from "../facts/batch-examination.js";
import { examineSlurm } from "./examine-slurm.js";
import { writeBatchScript } from "./pilot-request.js";

/** Under SLURM, an array of as many pilots is shown to `sbatch --test-only` as would be submitted. */
export const SLURM: BatchExamination = {
  name: "SLURM",
  programs: ["sbatch", "scancel", "scontrol", "sinfo", "squeue"],
  hint: "name the cluster's login node as host, or put SLURM's programs into the PATH of your login shell there",
  script: "doctor/slurm/examine-slurm",
  question: (pilots) => ({
    args: [String(countSubmitted(pilots)), ` ${openOptions(pilots.directives).join(" ")} `],
    input: writeBatchScript(pilots.directives),
  }),
  judge: examineSlurm,
};
