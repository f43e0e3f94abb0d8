#!/usr/bin/env node
import { explainSystemError } from "../system/system-errors.js";
import { nameFilesInErrors } from "./name-files-in-errors.js";

/** Ends with words for what nobody has waited for; where files cannot be opened, the rest may not even load. */
async function fail(error: unknown): Promise<never> {
  const message = explainSystemError(error);
  if (message) {
    process.stderr.write(`error: ${message.message}\n  hint: ${message.hint}\n`);
    process.exit(1);
  }
  const [{ sayError }, { openTerminal }] = await Promise.all([
    import("./output/say-error.js"),
    import("./output/terminal.js"),
  ]);
  process.exit(sayError(openTerminal(false), false, error));
}

nameFilesInErrors();
process.on("uncaughtException", (error) => void fail(error));
try {
  const { run } = await import("./run.js");
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  await fail(error);
}
