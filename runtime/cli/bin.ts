#!/usr/bin/env node
import { nameFilesInErrors } from "./name-files-in-errors.js";
import { run } from "./run.js";
import { sayError } from "./say-error.js";
import { openTerminal } from "./terminal.js";

nameFilesInErrors();
// What nobody has waited for: a program that could not be started in the middle of something, say.
process.on("uncaughtException", (error) => process.exit(sayError(openTerminal(false), false, error)));

process.exitCode = await run(process.argv.slice(2));
