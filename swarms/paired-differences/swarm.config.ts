import { defineSwarm, local, nonEmpty, range, sh, shared, slurm } from "locusts";

export default defineSwarm({
  name: "paired-differences",
  description: "How sure is a mean difference of ten pairs? 200 bootstraps, each with a seed of its own.",
  jobs: range("seed", 1, 200),
  inputs: {
    data: shared("data/sleep.tsv"),
    program: shared("bootstrap.awk"),
  },
  outputs: {
    means: nonEmpty("means/{seed}.tsv"),
  },
  command: ({ inputs, outputs, params }) => sh`
    awk -v seed=${params.seed} -f ${inputs.program} ${inputs.data} > ${outputs.means}
  `,
  resources: { cpus: 1, memory: "50 MB" },
  targets: {
    local: local(),
    lab: slurm({
      host: "cluster", // as in ~/.ssh/config
      directory: "/data/lab/locusts",
      // The lab's file server is mounted here and there: no file goes through ssh.
      sharedDirectory: { here: "/mnt/lab", there: "/data/lab" },
      nodes: 2,
      cpusPerNode: 4,
      walltime: "00:10:00",
      successors: 0,
    }),
  },
});
