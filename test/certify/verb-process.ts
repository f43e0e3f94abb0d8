/**
 * Runs verbs one after another in one process, which has everything loaded: those that nothing happens to.
 *
 *     node verb-process.js PROGRAM
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { VerbAnswer, VerbOrder } from "./verbs.js";

const { run } = (await import(pathToFileURL(process.argv[2] as string).href)) as {
  run(words: readonly string[]): Promise<number>;
};

// It is a process, which is to belong to no case.
const { transform } = createRequire(process.argv[2] as string)("esbuild") as typeof import("esbuild");
await transform("");

let said = { stdout: "", stderr: "" };
for (const stream of ["stdout", "stderr"] as const) {
  process[stream].write = ((text: string | Uint8Array, ...rest: unknown[]) => {
    said[stream] += typeof text === "string" ? text : Buffer.from(text).toString();
    const told = rest.find((each) => typeof each === "function") as (() => void) | undefined;
    if (told) setImmediate(told);
    return true;
  }) as typeof process.stdout.write;
}

process.on("message", async ({ words, folder, environment }: VerbOrder) => {
  said = { stdout: "", stderr: "" };
  Object.assign(process.env, environment);
  process.chdir(folder);
  let code: number;
  try {
    code = await run(words);
  } catch (error) {
    code = -1;
    said.stderr += (error as Error).stack;
  }
  process.chdir("/");
  const answer: VerbAnswer = { code, ...said };
  process.send?.(answer);
});
process.on("disconnect", () => process.exit(0));
