import { CommanderError } from "commander";
import { EXIT } from "./exit-codes.js";
import { makeProgram } from "./program.js";
import { sayError } from "./say-error.js";
import { lostResults, openTerminal, outliveStreams } from "./terminal.js";

/**
 * Runs the command line.
 *
 * @param words what was typed after `locusts`
 * @returns the exit code
 */
export async function run(words: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.fine;
  const json = words.includes("--json");
  outliveStreams();
  const program = makeProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(words as string[], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) exitCode = sayError(openTerminal(json), json, error);
    else if (error.exitCode !== 0) exitCode = EXIT.usage;
  }
  const lost = await lostResults();
  return lost && exitCode === EXIT.fine ? sayError(openTerminal(false), false, lost) : exitCode;
}
