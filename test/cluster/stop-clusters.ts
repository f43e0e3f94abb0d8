import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { clusterScript } from "./availability.js";

/** What `LOCUSTS_TEST_CLUSTER` may be in the runner: the clusters that tests share. */
export const CLUSTERS = ["", "second"] as const;

/**
 * For the runner: whoever calls this before the first test file gets a function that stops what
 * these tests have started and takes away the test accounts. A cluster that was running before is
 * left alone, so that one can be kept between runs: `test/cluster/up`.
 */
export function prepareToStopClusters(): () => void {
  if (process.getuid?.() !== 0) return () => {};
  const started = CLUSTERS.filter((cluster) => !isRunning(cluster));
  return () => {
    for (const cluster of started) {
      spawnSync(clusterScript("down"), { stdio: ["ignore", "ignore", "inherit"], env: environmentOf(cluster) });
    }
  };
}

function isRunning(cluster: string): boolean {
  const script = `source ${clusterScript("settings.sh")}; echo "$state/ready"`;
  const { stdout } = spawnSync("bash", ["-c", script], { encoding: "utf8", env: environmentOf(cluster) });
  return statSync(stdout.trim(), { throwIfNoEntry: false }) !== undefined;
}

function environmentOf(cluster: string): NodeJS.ProcessEnv {
  return { ...process.env, LOCUSTS_TEST_CLUSTER: cluster };
}
