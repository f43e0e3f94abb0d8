import { spawnSync } from "node:child_process";
import { runTimed, type TimedCommand } from "./timed-run.js";

/** One run of a side, ready to be started. */
export interface Trial {
  readonly command: TimedCommand;
  /** how long it took, if a part of the command alone is measured: asked after its end */
  seconds?(): number;
  /** looks, untimed, whether the run did what it was to do; throws if it did not */
  check?(): void | Promise<void>;
}

/** A side of a comparison. */
export interface Side {
  readonly name: string;
  /** how many times it runs, if it is too slow for as many as the others */
  readonly runs?: number;
  /** makes everything that a run needs, in fresh folders; untimed, and before any run is timed */
  prepare(round: number): Promise<Trial> | Trial;
}

export interface Measurement {
  readonly name: string;
  /** seconds, one for each run */
  readonly times: readonly number[];
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
  /** megabytes, the most of all runs; 0 where it was not asked for */
  readonly peakMemory: number;
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/**
 * Runs all sides in turn, A B A B …, so that whatever else the machine does meets all of them alike.
 *
 * All folders are made first, and none is removed in between: for up to some minutes after many
 * files were removed, ext4 creates new ones several times more slowly, as it avoids the inodes.
 */
export async function interleave(
  sides: readonly Side[],
  runs: number,
  say: (text: string) => void,
): Promise<readonly Measurement[]> {
  const rounds: { trial: Trial; times: number[]; memory: number[]; name: string }[][] = [];
  const found = sides.map((side) => ({ name: side.name, times: [] as number[], memory: [] as number[] }));
  for (let round = 0; round < runs; round += 1) {
    const trials: (typeof rounds)[number] = [];
    for (const [i, side] of sides.entries()) {
      if (round >= (side.runs ?? runs)) continue;
      trials.push({ trial: await side.prepare(round), ...(found[i] as (typeof found)[number]) });
    }
    rounds.push(trials);
  }
  for (const [round, trials] of rounds.entries()) {
    for (const { trial, times, memory, name } of trials) {
      spawnSync("sync"); // what was written before is not written at this run's expense
      const { seconds: whole, peakMemory } = await runTimed(trial.command);
      const seconds = trial.seconds?.() ?? whole;
      await trial.check?.();
      times.push(seconds);
      memory.push(peakMemory);
      say(`  round ${round + 1}  ${name}: ${seconds.toFixed(3)} s`);
    }
  }
  return found.map(({ name, times, memory }) => measurementOf(name, times, Math.max(...memory)));
}

export function measurementOf(name: string, times: readonly number[], peakMemory = 0): Measurement {
  return {
    name,
    times,
    median: medianOf(times),
    least: Math.min(...times),
    greatest: Math.max(...times),
    peakMemory,
  };
}
