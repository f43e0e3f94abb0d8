import { defineSwarm, local, matches, node, shared, table } from "locusts";

export default defineSwarm({
  name: "speed-of-light",
  description: "What Michelson's 100 measurements of 1879 say about the speed of light, and how surely.",
  jobs: table("analyses.tsv", {
    experiment: "string",
    estimator: "string",
    resamples: "number",
    seed: "number",
  }),
  inputs: {
    measurements: shared("measurements.tsv"),
  },
  outputs: {
    score: matches("scores/{experiment}_{estimator}.json", /"z": -?[0-9]/),
  },
  command: () => node("./score.ts"),
  targets: { local: local() },
});
