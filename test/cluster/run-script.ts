import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clusterScript } from "./availability.js";

/**
 * Runs a script of this folder, in a session of its own: the daemons that it starts must outlive
 * the test file that needed them first. Its output goes to files: a daemon would hold pipes for as long as it
 * lives, so that nobody knew when all of it was read.
 *
 * @returns its standard output
 * @throws Error with its words, if it fails
 */
export async function runClusterScript(name: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "locusts-cluster-"));
  const [output, errors] = [join(folder, "stdout"), join(folder, "stderr")];
  try {
    const [out, err] = [openSync(output, "w"), openSync(errors, "w")];
    const child = spawn(clusterScript(name), [], { stdio: ["ignore", out, err], detached: true });
    closeSync(out);
    closeSync(err);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", resolve);
    });
    if (code === 0) return readFileSync(output, "utf8");
    throw new Error(`test/cluster/${name} ended with exit code ${code}:\n${readFileSync(errors, "utf8")}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
