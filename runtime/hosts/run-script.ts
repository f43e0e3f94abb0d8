import { type Readable, Writable } from "node:stream";
import { RuntimeProblem } from "../system/problem.js";
import { fixForRefusal } from "../system/system-errors.js";
import type { Host } from "./host.js";
import { loadScript, type ScriptName } from "./load-script.js";
import type { Ended } from "./script/script-run.js";

/** What to do where a folder has gone away. */
export const WHERE_IT_IS =
  "is its file system mounted there, or was it moved? If it is gone for good: locusts clean --reset, then locusts deploy";

/** Texts as scripts read them from their input: each ends with a NUL, which none of them can hold. */
export function records(texts: readonly string[]): Buffer {
  return Buffer.from(texts.map((text) => `${text}\0`).join(""));
}

/** What a script says that has failed. @param what could not be done, where its own last line is not enough */
export function scriptProblem(
  host: Host,
  { code, stderr }: Pick<Ended, "code" | "stderr">,
  what?: string,
): RuntimeProblem {
  const last = stderr.trim().split("\n").at(-1) ?? "";
  const [, gone] = /^\S*bash: line \d+: cd: (.*): No such file or directory$/.exec(last) ?? [];
  if (gone !== undefined) return new RuntimeProblem(`${gone} on ${host.name} is not there any more`, WHERE_IT_IS);
  const explanation = [what, last || `exit code ${code}`].filter((part) => part !== undefined).join(": ");
  return new RuntimeProblem(`${host.name}: ${explanation}`, fixForRefusal(last));
}

/**
 * Runs a script on a host, or several as one, which must not fail; gives what is printed, byte by byte.
 *
 * @param what could not be done if it fails
 * @throws RuntimeProblem if it fails
 * @throws ConnectionLost if the connection broke
 */
export async function runScript(
  host: Host,
  scripts: ScriptName | readonly ScriptName[],
  args: readonly string[],
  { input, what }: { readonly input?: Buffer | Readable | undefined; readonly what?: string } = {},
): Promise<Buffer> {
  const blocks: Buffer[] = [];
  const output = new Writable({
    write(block: Buffer, _encoding, done) {
      blocks.push(block);
      done();
    },
  });
  output.on("error", () => {}); // why it was given up is thrown by the run
  const text = [scripts].flat().map(loadScript).join("\n");
  const ended = await host.run(text, args, { output, ...(input ? { input } : {}) });
  if (ended.code !== 0) throw scriptProblem(host, ended, what ?? (ended.stderr.trim() ? undefined : String(scripts)));
  return Buffer.concat(blocks);
}
