import { formatBytes } from "../../compiler/format/amounts.js";
import type { Host } from "../hosts/host.js";
import { loadScript } from "../hosts/load-script.js";
import { type Finding, fail, ok, warn } from "./facts/finding.js";
import type { TreeNeeds } from "./facts/needs.js";

const SECONDS = 30;

async function examineTreesOfJobs(host: Host, directory: string, tree: TreeNeeds, onNodes: string): Promise<Finding> {
  const script = loadScript("doctor/probe-folder") + loadScript("doctor/examine-trees");
  const { stdout } = await host.run(script, [directory], { timeout: SECONDS * 1000 });
  switch (stdout.trim()) {
    case "overlay":
      return ok("tree", `each job gets an overlay: what it changes alone takes room${onNodes}`);
    case "reflink":
      return ok("tree", `each job gets a copy by reflinks: what it changes alone takes room${onNodes}`);
    case "copy":
      return tree.sharesFiles
        ? ok("tree", `each job gets hard links to what is only read, and copies of the rest${onNodes}`)
        : warn(
            "tree",
            `each job gets a plain copy of ${formatBytes(tree.bytes)}: neither overlays nor reflinks work in ${directory}${onNodes}`,
            "name the files that no job changes as readOnly, or use a directory on a local disk or XFS",
          );
    default:
      return warn("tree", `how each job can get a tree of its own cannot be tried in ${directory}`);
  }
}

export async function examineTree(
  host: Host,
  directory: string,
  tree: TreeNeeds,
  underSlurm: boolean,
): Promise<Finding> {
  if (tree.mode === "perJob") {
    return examineTreesOfJobs(host, directory, tree, underSlurm ? ", if the nodes are as this host is" : "");
  }
  if (tree.mode === "copy") return ok("tree", `all jobs run in one copy of ${formatBytes(tree.bytes)}`);
  const script = "[[ -d $1 && -r $1 && -x $1 ]]";
  const { code } = await host.run(script, [tree.place], { timeout: SECONDS * 1000 });
  if (tree.isFolder) {
    return code === 0
      ? ok("folder", `all lines run in ${tree.place}`)
      : fail(
          "folder",
          `${tree.place}, in which the lines are to run, is no folder there that can be read`,
          "give commands(…, { folder }) the path that it has on the target; without it, it is the definition's own folder",
        );
  }
  return code === 0
    ? ok("tree", `jobs run in ${tree.place} itself`)
    : fail("tree", `${tree.place} is no folder there that can be read`, "give root the path that it has on the target");
}
