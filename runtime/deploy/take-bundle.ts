import { rmSync } from "node:fs";
import type { BundleDescription } from "../../compiler/format/bundle.js";
import { RuntimeProblem } from "../system/problem.js";
import { placeBundle } from "../transfer/stage-run.js";
import { isWholeBundle } from "../workspace/whole-bundle.js";

/**
 * Takes a copy of the bundle that a deploy was started with: what is built later, while this one still
 * follows an earlier run, is not run by it.
 *
 * @param to where the copy goes
 * @throws RuntimeProblem if the bundle is not the one that is described any more
 */
export function takeBundle(bundle: string, description: BundleDescription, to: string): void {
  rmSync(to, { recursive: true, force: true });
  try {
    placeBundle(bundle, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    // It is being built anew at this very time.
  }
  if (!isWholeBundle(to, description.digest)) {
    throw new RuntimeProblem(
      `${bundle} was built anew, or edited, while it was being read`,
      "run the same command again",
    );
  }
}
