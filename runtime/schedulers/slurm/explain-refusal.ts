import { RuntimeProblem } from "../../system/problem.js";

/** What `sbatch` says when it refuses, and what to do about it. */
const REFUSALS: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [/invalid partition/i, "choose one of those that `sinfo -s` lists there"],
  [
    /invalid account|account.*partition combination/i,
    "see yours: sacctmgr show associations user=$USER format=account,partition,qos",
  ],
  [/invalid qos/i, "see yours: sacctmgr show associations user=$USER format=account,qos"],
  [/memory specification|memory required/i, "lower memory or memoryPerCpu to what the nodes have: sinfo -o '%P %m'"],
  [
    /node configuration is not available|more processors requested/i,
    "lower cpusPerNode, gpus or memory, or choose another partition: sinfo -o '%P %c %m %G %f'",
  ],
  [/time limit|invalid time/i, "shorten walltime to what the partition allows: sinfo -o '%P %l'"],
  [/job array/i, "lower nodes"],
  [
    /violates accounting\/qos policy|job submit limit|MaxSubmit/i,
    "wait for your other jobs, or lower nodes: each pilot counts as a job there",
  ],
  [/invalid (generic resource|gres)|gres/i, "see what nodes have: sinfo -o '%P %G'"],
  [/invalid feature|constraint/i, "see the features that nodes have: sinfo -o '%P %f'"],
  [/invalid licen[sc]e/i, "see which there are, and how many: scontrol show licenses"],
  [/reservation/i, "see the reservations: scontrol show reservation"],
  [
    /unable to contact slurm controller|socket timed out|connection refused/i,
    "SLURM's controller is away: try again in some minutes",
  ],
  [/command not found/i, "is this host the cluster's login node?"],
];

/** What to say when pilots could not be submitted. @param message what was on standard error */
export function explainRefusal(message: string): RuntimeProblem {
  const lines = message.trim().split("\n");
  const find = (words: RegExp) => lines.find((line) => words.test(line));
  const said =
    find(/error|not found|refused|timed out/i) ??
    find(/unrecognized|ambiguous|invalid|requires/i) ??
    lines.at(-1) ??
    "";
  const plain = said
    .replace(/^.*sbatch: (error: )?/, "")
    .replace(/^.*Batch job submission failed: /, "")
    .trim();
  const best = lines.map((line) => /Batch job submission failed: (.*)$/.exec(line)?.[1]).find(Boolean) ?? plain;
  const hint = REFUSALS.find(([pattern]) => pattern.test(message))?.[1];
  return new RuntimeProblem(
    `sbatch has refused the pilots: ${best || "it says nothing"}`,
    hint ?? "those are its own words",
  );
}
