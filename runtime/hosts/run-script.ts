import { Writable } from "node:stream";
import { mendFor } from "../system/disk-words.js";
import { RuntimeProblem } from "../system/problem.js";
import type { Host } from "./host.js";
import { loadScript, type ScriptName } from "./load-script.js";

/**
 * Runs a script on a host; gives what it prints, byte by byte.
 *
 * @throws RuntimeProblem if it fails
 * @throws ConnectionLost if the connection broke
 */
export async function askHost(
  host: Host,
  script: ScriptName,
  words: readonly string[],
  input?: Buffer,
): Promise<Buffer> {
  const blocks: Buffer[] = [];
  const output = new Writable({
    write(block: Buffer, _encoding, done) {
      blocks.push(block);
      done();
    },
  });
  const { code, stderr } = await host.run(loadScript(script), words, { output, ...(input ? { input } : {}) });
  if (code !== 0) {
    const last = stderr.trim().split("\n").at(-1) ?? "";
    throw new RuntimeProblem(`${host.name}: ${last || `${script} ended with exit code ${code}`}`, mendFor(last));
  }
  return Buffer.concat(blocks);
}
