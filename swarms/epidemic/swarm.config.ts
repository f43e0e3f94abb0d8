import { defineSwarm, local, matrix, nonEmpty, sh, shared } from "locusts";

export default defineSwarm({
  name: "epidemic",
  description: "How far a disease spreads, by how contagious it is and how many are vaccinated.",
  jobs: matrix({
    reproduction: [1.5, 2, 3, 5, 12],
    days: [3, 7, 14],
    vaccinated: [0, 0.25, 0.5, 0.75, 0.9],
  }).filter(({ reproduction, vaccinated }) => reproduction * (1 - vaccinated) > 1), // otherwise it dies out
  inputs: {
    model: shared("sir.awk"),
  },
  outputs: {
    curve: nonEmpty("curves/R{reproduction}_{days}d_{vaccinated}.tsv"),
    summary: nonEmpty("summaries/R{reproduction}_{days}d_{vaccinated}.tsv"),
  },
  command: ({ inputs, outputs, params }) => sh`
    awk -v reproduction=${params.reproduction} -v days=${params.days} -v vaccinated=${params.vaccinated} \
        -v summary=${outputs.summary} -f ${inputs.model} > ${outputs.curve}
  `,
  resources: { cpus: 1, memory: "50 MB" },
  limits: { time: "1m" },
  targets: { local: local() },
});
