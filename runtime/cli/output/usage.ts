import { countOf, formatMemory, formatPeak, formatSeconds } from "../../../compiler/format/amounts.js";
import type { JobNeeds } from "../../../compiler/format/bundle.js";
import type { Used } from "../../results/used.js";

const MEBIBYTE = 1024 * 1024;
/** What is asked for beyond what was seen, since the next job may need a little more. */
const RESERVE = 1.2;
/** Who asks for less than so many times what would do is not told. */
const WORTH_A_WORD = 2;

/** Mebibytes with one digit that is not 0, not less than they are: `400`, `1000`. */
function roundUp(mebibytes: number): number {
  const unit = 10 ** Math.floor(Math.log10(mebibytes));
  return Math.ceil(mebibytes / unit) * unit;
}

/** An amount as a definition says it: `400 MB`, `2 GB`. */
function asOption(mebibytes: number): string {
  return mebibytes < 1000 ? `${mebibytes} MB` : `${Math.ceil(mebibytes / 1024)} GB`;
}

function describeMemory(asked: number, { mostMemory }: Used): string | undefined {
  const most = Math.max(1, Math.ceil(mostMemory / MEBIBYTE));
  const enough = roundUp(most * RESERVE);
  if (most > asked)
    return `jobs used up to ${formatPeak(mostMemory)} and asked for ${formatMemory(asked)}: with memory: "${asOption(enough)}" they would not be in each other's way`;
  const times = Math.floor(asked / enough);
  if (times < WORTH_A_WORD) return undefined;
  const more = times === 2 ? "twice" : `${times} times`;
  return `jobs used at most ${formatPeak(mostMemory)} and asked for ${formatMemory(asked)}: with memory: "${asOption(enough)}" ${more} as many would fit into the same memory`;
}

function describeCpus(asked: number, { cpuSeconds, seconds }: Used): string | undefined {
  const busy = cpuSeconds / seconds;
  const shown = busy.toFixed(1);
  if (busy > asked * 1.5 && busy - asked > 0.5)
    return `jobs kept ${shown} cores busy and asked for ${asked}: say cpus: ${Math.round(busy)}, or keep them to fewer threads (OMP_NUM_THREADS, say)`;
  if (busy * WORTH_A_WORD > asked || asked === 1) return undefined;
  return `jobs kept ${shown} of the ${asked} cores busy that they asked for: with cpus: ${Math.max(1, Math.ceil(busy))} more of them would run at a time`;
}

/** What jobs have used that have ended. */
function describeUsed({ ended, tries, allSeconds, allCpuSeconds, mostMemory }: Used): string {
  const memory = mostMemory > 0 ? `, at most ${formatPeak(mostMemory)} of memory each` : "";
  const isOnce = tries === ended;
  const together = isOnce ? (ended > 1 ? " together" : "") : ` in ${countOf(tries, "try", "tries")}`;
  const last = isOnce ? "" : ended > 1 ? " in their last ones" : " in the last one";
  return `ran for ${formatSeconds(allSeconds)}${together}, with ${formatSeconds(allCpuSeconds)} of processor time${last}${memory}`;
}

/**
 * How long a deploy took, and what jobs have used, as sentences; none if no job has ended.
 *
 * @param before by those that had ended before this deploy came to their run: of that time it took none
 */
export function describeCost(seconds: number, used: Used, before: Used): readonly string[] {
  const earlier = `${countOf(before.ended, "job")} had ended before this deploy, and ${describeUsed(before)}`;
  return [
    ...(used.ended > 0 ? [`took ${formatSeconds(seconds)}: ${countOf(used.ended, "job")} ${describeUsed(used)}`] : []),
    ...(before.ended > 0 ? [earlier] : []),
  ];
}

/** What jobs asked for against what they have used, where the difference is worth a word and enough of them were measured. */
export function describeUsage(needs: JobNeeds | undefined, used: Used): readonly string[] {
  // Where jobs asked for different amounts, the most of all says little.
  if (!needs || needs.byJob?.resources || used.measured === 0 || used.measured * 2 < used.done) return [];
  const memory = needs.memoryMebibytes > 0 ? describeMemory(needs.memoryMebibytes, used) : undefined;
  return [memory, describeCpus(needs.cpus, used)].filter((text) => text !== undefined);
}
