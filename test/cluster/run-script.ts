import { spawn } from "node:child_process";
import { clusterScript } from "./availability.js";

/**
 * Runs a script of this folder, in a session of its own: the daemons that it starts must outlive
 * the test file that needed them first.
 *
 * @returns its standard output
 * @throws Error with its words, if it fails
 */
export async function runClusterScript(name: string): Promise<string> {
  const child = spawn(clusterScript(name), [], { stdio: ["ignore", "pipe", "pipe"], detached: true });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    // Not `close`: a daemon may hold the streams for as long as it lives.
    child.once("exit", (code) => setImmediate(() => resolve(code)));
  });
  child.stdout.destroy();
  child.stderr.destroy();
  if (code !== 0) throw new Error(`test/cluster/${name} ended with exit code ${code}:\n${stderr}`);
  return stdout;
}
