#!/usr/bin/env node
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadCompiled } from "../../compiler/load/check/code-cache.js";
import { explainSystemError } from "../system/system-errors.js";
import { nameFilesInErrors } from "./name-files-in-errors.js";

/** The command line in one file, which the build makes of its modules: they would take longer than most verbs. */
async function load(): Promise<typeof import("./run.js")> {
  const file = fileURLToPath(new URL("./locusts.cjs", import.meta.url));
  if (!existsSync(file)) return import("./run.js");
  return loadCompiled(file, `${file}.v8`) as typeof import("./run.js");
}

/** Ends with words for what nobody has waited for; where files cannot be opened, the rest may not even load. */
async function fail(error: unknown): Promise<never> {
  const message = explainSystemError(error);
  if (message) {
    process.stderr.write(`error: ${message.message}\n  hint: ${message.hint}\n`);
    process.exit(1);
  }
  process.exit((await loading).sayUnexpected(error));
}

/** What Node ends with where something is waited for that nothing can bring any more. */
const NOTHING_TO_WAIT_FOR = 13;

let isOver = false;

nameFilesInErrors();
process.once("exit", (code) => {
  if (isOver || (code !== NOTHING_TO_WAIT_FOR && process.exitCode !== NOTHING_TO_WAIT_FOR)) return;
  process.exitCode = 1;
  process.stderr.write("error: this has ended before it was done\n");
  process.stderr.write("  hint: run the same command again; this looks like a mistake in Locusts itself\n");
});
process.on("uncaughtException", (error) => void fail(error));
const loading = load();
try {
  const { run } = await loading;
  process.exitCode = await run(process.argv.slice(2));
  isOver = true; // a job that `repro` has run may have ended with any code
} catch (error) {
  await fail(error);
}
