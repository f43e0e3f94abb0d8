import type { SlurmTarget } from "../dsl/targets.js";
import { readSbatchOptions } from "../format/sbatch-options.js";

/** What a pilot asks for by one option: how many GPUs that is; undefined if it cannot be told. */
type Count = (value: string) => number | undefined;

const unknown: Count = () => undefined;

/** `2`, `a100:2`, `a100:1,v100:1`. */
const ofGpus: Count = (value) => sum(value, (part) => /^(?:[^:=]+[:=])?(\d+)$/.exec(part)?.[1]);

/** `gpu`, `gpu:2`, `gpu:a100:2`, `gres/gpu=2`, among what else nodes have: one where no number is said. */
const ofResources: Count = (value) =>
  sum(value, (part) => {
    const [name, ...rest] = part.replace(/^gres[:/]/, "").split(/[:=]/);
    if (name !== "gpu") return "0";
    const last = rest.at(-1) ?? "1";
    if (rest.length > 2) return undefined;
    return /^\d+$/.test(last) ? last : /^[A-Za-z][\w.-]*$/.test(last) && rest.length === 1 ? "1" : undefined;
  });

/** A pilot is one task on one node: whatever that is said for, it is for the pilot. Of sockets nobody knows how many there are. */
const OPTIONS: Readonly<Record<string, Count>> = {
  ...{ gpus: ofGpus, "gpus-per-node": ofGpus, "gpus-per-task": ofGpus, "gpus-per-socket": unknown },
  ...{ gres: ofResources, "tres-per-job": ofResources, "tres-per-node": ofResources, "tres-per-task": ofResources },
  "tres-per-socket": unknown,
};

function sum(value: string, countOf: (part: string) => string | undefined): number | undefined {
  let all = 0;
  for (const part of value.split(",")) {
    const count = countOf(part.trim());
    if (count === undefined) return undefined;
    all += Number(count);
  }
  return all;
}

/** @param name as in a line of `sbatch`, which may be the beginning of an option's: sbatch then takes the whole */
function countBy(name: string, value: string | undefined): number | undefined {
  const isBeginning = name.length > 1 && Object.keys(OPTIONS).some((option) => option.startsWith(name));
  const count = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : isBeginning ? unknown : () => 0;
  return count?.(value ?? "");
}

/**
 * The GPUs that a pilot asks for; undefined if that cannot be told, and `option` is the one that says it.
 *
 * Sites differ in which option they take. Where several say it, it depends on SLURM's version what comes of it.
 */
export function gpusOfPilot(target: SlurmTarget): { readonly gpus: number | undefined; readonly option: string } {
  const { gpus, gres, sbatch = [], exclusive } = target;
  const lines = sbatch.flatMap(readSbatchOptions);
  const said = [
    { option: "gpus", gpus: gpus === undefined ? 0 : ofGpus(String(gpus)) },
    { option: "gres", gpus: gres === undefined ? 0 : ofResources([gres].flat().join(",")) },
    ...lines.map(({ name, value }) => ({ option: "sbatch", gpus: countBy(name, value) })),
  ].filter((one) => one.gpus !== 0);
  const [first] = said;
  if (first) return said.length === 1 ? first : { ...first, gpus: undefined };
  // A node that a pilot has for itself comes with all of its GPUs.
  const isWhole = exclusive || lines.some(({ name }) => name === "exclusive");
  return { gpus: isWhole ? undefined : 0, option: "gpus" };
}

/** Does a line of `sbatch` say how much memory a pilot has, whatever the target's own options say? */
export function saysMemory({ sbatch = [] }: SlurmTarget): boolean {
  return sbatch.flatMap(readSbatchOptions).some(({ name }) => /^mem(?:-per-(?:cpu|gpu))?$/.test(name));
}
