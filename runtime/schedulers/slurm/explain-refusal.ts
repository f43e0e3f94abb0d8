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
  [
    /^sbatch: error: QOSMin/m,
    "ask for more, or choose another qos: sacctmgr show qos format=name,mintres tells the least that a job may have",
  ],
  [
    /^sbatch: error: \w*(PerJob|PerNode)/m,
    "shorten walltime, lower cpusPerNode, memory or gpus, or choose another qos: sacctmgr show qos format=name,maxwall,maxtres",
  ],
  // Before the time limit, which SLURM names in the same sentence.
  [
    /violates accounting\/qos policy|job submit limit|MaxSubmit/i,
    "wait for your other jobs, or lower nodes: each pilot counts as a job there",
  ],
  [/time limit|invalid time/i, "shorten walltime to what the partition allows: sinfo -o '%P %l'"],
  [/job array/i, "lower nodes"],
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

/** The name of the limit that is exceeded, which stands on a line of its own. */
const LIMIT = /^sbatch: error: ((?:QOS|Assoc|Account|Cluster|Max)\w+)$/;

/** What to say when pilots could not be submitted. @param message what was on standard error */
export function explainRefusal(message: string): RuntimeProblem {
  const lines = message.trim().split("\n");
  const find = (words: RegExp) => lines.find((line) => words.test(line) && !LIMIT.test(line));
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
  const limit = lines.map((line) => LIMIT.exec(line)?.[1]).find(Boolean) ?? "";
  const hint = REFUSALS.find(([pattern]) => pattern.test(message))?.[1];
  return new RuntimeProblem(
    `sbatch has refused the pilots: ${best || limit || "it says nothing"}${best && limit ? ` (${limit})` : ""}`,
    hint ?? "those are its own words",
  );
}
