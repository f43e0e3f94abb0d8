import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The scripts of this folder, which lie in the sources alone. */
export function clusterScript(name: string): string {
  return fileURLToPath(new URL(`../../../test/cluster/${name}`, import.meta.url));
}

/**
 * Why no sshd and no SLURM can be had on this machine, for a test's `skipUnless`; `undefined` if
 * they can.
 *
 * @example test.skipUnless(!noCluster, noCluster ?? "", "a pilot that dies …", …)
 */
export const noCluster: string | undefined = reason();

function reason(): string | undefined {
  if (process.getuid?.() !== 0) return "a real sshd and SLURM need root, which these tests are run without";
  const { status, stdout } = spawnSync(clusterScript("install.sh"), ["--missing"], { encoding: "utf8" });
  const missing = stdout.trim().replaceAll("\n", ", ");
  if (status === 0 && missing === "") return undefined;
  const installs = spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status === 0;
  return installs ? undefined : `not installed, and there is no apt-get: ${missing || "dpkg"}`;
}
