import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { RuntimeProblem } from "../system/problem.js";
import type { Workspace } from "./workspace.js";

/** Runs git in a folder. @throws RuntimeProblem if there is no git */
function git(folder: string, ...args: string[]) {
  const { status, stdout, stderr, error } = spawnSync("git", ["-C", folder, ...args], { encoding: "utf8" });
  if (error) throw new RuntimeProblem(`git cannot be started: ${error.message}`, "install git, or see PATH");
  return { isGood: status === 0, stdout: stdout.trimEnd(), last: stderr.trim().split("\n").at(-1) ?? "" };
}

/** The bundles of a definition as a revision of its repository has them. */
export interface RevisionBundles {
  /** the bundle of a target; it may not be there */
  bundle(target: string): string;
  readonly machinery: string;
  /** removes them from this machine's temporary folder */
  remove(): void;
}

/** Takes the bundles of a definition out of a git revision. @throws RuntimeProblem if git does not know it */
export function takeBundlesOf(workspace: Workspace, revision: string): RevisionBundles {
  const inside = git(workspace.folder, "rev-parse", "--show-toplevel", "--show-prefix");
  const place = relative(workspace.folder, join(workspace.home, "bundle"));
  if (!inside.isGood) {
    throw new RuntimeProblem(
      `${workspace.folder} is in no git repository: ${inside.last}`,
      "--against compares with the bundle that is committed in a revision",
    );
  }
  const [top = "", prefix = ""] = inside.stdout.split("\n");
  const commit = git(workspace.folder, "rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`);
  if (!commit.isGood) {
    throw new RuntimeProblem(
      `git knows no revision ${revision} here`,
      "in a shallow clone, as in CI, fetch it first: git fetch origin BRANCH",
    );
  }
  const folder = mkdtempSync(join(tmpdir(), "locusts-revision-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const bundles = join(folder, "bundle");
    mkdirSync(bundles);
    const tree = `${commit.stdout}:${prefix}${place}`;
    // Without any, it is as if nothing had been built there.
    if (git(top, "cat-file", "-e", tree).isGood) {
      const archive = join(folder, "bundle.tar");
      const packed = git(top, "archive", "--format=tar", "-o", archive, tree);
      if (!packed.isGood) throw new RuntimeProblem(`git archive ${tree} fails: ${packed.last}`);
      const unpacked = spawnSync("tar", ["-xf", archive, "-C", bundles], { encoding: "utf8" });
      if (unpacked.status !== 0) throw new RuntimeProblem(`tar fails: ${unpacked.stderr.trim()}`);
    }
    return { bundle: (target) => join(bundles, target), machinery: join(bundles, "lib"), remove };
  } catch (error) {
    remove();
    throw error;
  }
}
