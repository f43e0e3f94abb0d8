import { defineSwarm, local, nonEmpty, range, sh, shared, slurm } from "locusts";

export default defineSwarm({
  name: "logistic-map",
  description: "Where the logistic map settles, for 601 growth rates: the classic picture of a road to chaos.",
  jobs: range("step", 0, 600),
  inputs: {
    model: shared("orbit.awk"),
  },
  outputs: {
    orbit: nonEmpty("orbits/{step}.tsv"),
  },
  command: ({ inputs, outputs, params }) => sh`
    awk -v step=${params.step} -f ${inputs.model} > ${outputs.orbit}
  `,
  resources: { cpus: 1, memory: "50 MB" },
  limits: { time: "1m" },
  targets: {
    local: local(),
    cluster: slurm({
      host: "cluster", // as in ~/.ssh/config
      directory: "/data/me/locusts", // on the cluster, where its nodes see it
      nodes: 2,
      cpusPerNode: 8,
      memoryPerCpu: "500 MB",
      walltime: "00:30:00",
      successors: 1,
    }),
  },
});
