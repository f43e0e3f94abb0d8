import { createRequire as locustsCreateRequire } from "node:module";
globalThis.require ??= locustsCreateRequire(import.meta.url);

// score.ts
import { readFileSync, writeFileSync } from "node:fs";

// locusts:program.js
function program(run) {
  return run;
}

// estimators.ts
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
function ascending(values) {
  return [...values].sort((a, b) => a - b);
}
var estimators = {
  mean,
  median: (values) => {
    const middle = (values.length - 1) / 2;
    return mean(ascending(values).slice(Math.floor(middle), Math.ceil(middle) + 1));
  },
  /** the mean without the lowest and the highest tenth */
  trimmed: (values) => {
    const tenth = Math.floor(values.length / 10);
    return mean(ascending(values).slice(tenth, values.length - tenth));
  }
};

// random.ts
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = state + 1831565813 >>> 0;
    let bits = Math.imul(state ^ state >>> 15, state | 1);
    bits ^= bits + Math.imul(bits ^ bits >>> 7, bits | 61);
    return ((bits ^ bits >>> 14) >>> 0) / 2 ** 32;
  };
}

// score.ts
var TRUE_SPEED = 299734.5;
var score_default = program(({ inputs, outputs, params }) => {
  const estimate = estimators[params.estimator];
  if (!estimate) throw new Error(`there is no estimator "${params.estimator}"`);
  const speeds = readFileSync(inputs.measurements, "utf8").trimEnd().split("\n").slice(1).map((line) => line.split("	")).filter(([experiment]) => params.experiment === "all" || params.experiment === experiment).map(([, , speed]) => Number(speed));
  const random = randomFrom(params.seed);
  const anySpeed = () => speeds[Math.floor(random() * speeds.length)];
  const resampled = Array.from({ length: params.resamples }, () => estimate(speeds.map(anySpeed)));
  resampled.sort((a, b) => a - b);
  const center = resampled.reduce((sum, value) => sum + value, 0) / resampled.length;
  const variance = resampled.reduce((sum, value) => sum + (value - center) ** 2, 0) / (resampled.length - 1);
  const quantile = (part) => resampled[Math.floor(part * (resampled.length - 1))];
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
    z: (found - TRUE_SPEED) / error
  };
  writeFileSync(outputs.score, `${JSON.stringify(score, null, 2)}
`);
});

// main.ts
var convert = {
  "experiment": String,
  "estimator": String,
  "resamples": Number,
  "seed": Number
};
var names = { inputs: {}, outputs: {}, params: {} };
var groups = { in: names.inputs, out: names.outputs, param: names.params };
for (const word of process.argv.slice(2)) {
  const [, group, name, value] = /^(in|out|param)\.([^=]+)=(.*)$/s.exec(word);
  groups[group][name] = group === "param" ? convert[name](value) : value;
}
if (typeof score_default !== "function") {
  throw new TypeError("the program has no default export made by program(\u2026)");
}
await score_default(names);
