import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { clusterScript } from "./availability.js";

/**
 * For the runner: whoever calls this before the first test file gets a function that stops what
 * these tests have started and takes away the test account. A cluster that was running before is
 * left alone, so that one can be kept between runs: `test/cluster/up`.
 */
export function prepareToStopCluster(): () => void {
  if (process.getuid?.() !== 0 || isRunning()) return () => {};
  return () => {
    spawnSync(clusterScript("down"), { stdio: ["ignore", "ignore", "inherit"] });
  };
}

function isRunning(): boolean {
  const script = `source ${clusterScript("settings.sh")}; echo "$state/ready"`;
  const { stdout } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
  return statSync(stdout.trim(), { throwIfNoEntry: false }) !== undefined;
}
