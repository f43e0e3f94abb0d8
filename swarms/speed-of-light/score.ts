import { readFileSync, writeFileSync } from "node:fs";
import { program } from "locusts";
import { estimators } from "./estimators.js";
import { randomFrom } from "./random.js";
import type swarm from "./swarm.config.js";

/** What these measurements should have given, in km/s: light in air, by Michelson's own correction for it. */
const TRUE_SPEED = 299_734.5;

/** An estimate of the speed of light, its 95 % interval by the bootstrap, and how far it is from the truth. */
export default program<typeof swarm>(({ inputs, outputs, params }) => {
  const estimate = estimators[params.estimator];
  if (!estimate) throw new Error(`there is no estimator "${params.estimator}"`);

  const speeds = readFileSync(inputs.measurements, "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"))
    .filter(([experiment]) => params.experiment === "all" || params.experiment === experiment)
    .map(([, , speed]) => Number(speed));

  const random = randomFrom(params.seed);
  const anySpeed = () => speeds[Math.floor(random() * speeds.length)] as number;
  const resampled = Array.from({ length: params.resamples }, () => estimate(speeds.map(anySpeed)));
  resampled.sort((a, b) => a - b);

  const center = resampled.reduce((sum, value) => sum + value, 0) / resampled.length;
  const variance = resampled.reduce((sum, value) => sum + (value - center) ** 2, 0) / (resampled.length - 1);
  const quantile = (part: number) => resampled[Math.floor(part * (resampled.length - 1))];
  const found = estimate(speeds);
  const error = Math.sqrt(variance);

  const score = {
    ...params,
    measurements: speeds.length,
    estimate: found,
    error,
    low: quantile(0.025),
    high: quantile(0.975),
    /** standard errors from the truth */
    z: (found - TRUE_SPEED) / error,
  };
  writeFileSync(outputs.score, `${JSON.stringify(score, null, 2)}\n`);
});
