import type { Run } from "../run/run-folder.js";
import { RuntimeProblem } from "../system/problem.js";
import type { DeployOptions } from "./types.js";

function optionsGiven(options: Readonly<Record<string, unknown>>): string {
  return Object.entries(options)
    .flatMap(([option, value]) => (value === undefined ? [] : [option]))
    .join(" and ");
}

/**
 * Refuses to choose jobs where a run is gone on with: it has its jobs since it was begun.
 *
 * @param isActive whether it runs at this time; else it was stopped, and its jobs share a tree
 * @throws RuntimeProblem
 */
export function refuseChoice({ only, redo, limit }: DeployOptions["choice"], run: Run, isActive: boolean): void {
  const given = optionsGiven({ "--only": only, "--redo": redo, "--limit": limit });
  if (given === "") return;
  if (isActive) {
    throw new RuntimeProblem(
      `run ${run.number} of an earlier deploy still goes on, and ${given} cannot change which jobs it has`,
      `follow it (locusts deploy) or stop it (locusts cancel), then give ${given} again`,
    );
  }
  throw new RuntimeProblem(
    `run ${run.number} of an earlier deploy is to be finished first, since its jobs share a tree; ${given} cannot change which jobs it has`,
    `finish it (locusts deploy), then give ${given} again`,
  );
}

/** What is to run is chosen by how jobs have ended, and that is not known before it is collected. @throws RuntimeProblem */
export function refuseEarlyChoice({ only, redo }: DeployOptions["choice"], run: Run): void {
  const given = optionsGiven({ "--only": only, "--redo": redo });
  if (given === "") return;
  throw new RuntimeProblem(
    `jobs of run ${run.number} have ended and are not collected yet, and ${given} goes by how they have ended`,
    `collect them (locusts gather), then give ${given} again`,
  );
}

/** A run that goes on, and whose jobs are not those of the definition as it stands. */
export function otherVersion(run: Run): RuntimeProblem {
  return new RuntimeProblem(
    `run ${run.number} still goes on, which is of an earlier version of this definition, or of Locusts`,
    "wait for it (locusts status), or stop it (locusts cancel)",
  );
}
