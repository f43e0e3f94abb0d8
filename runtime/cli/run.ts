import { CommanderError } from "commander";
import { EXIT } from "./exit-codes.js";
import { makeProgram } from "./program.js";
import { sayError } from "./say-error.js";
import { openTerminal } from "./terminal.js";

/**
 * Runs the command line.
 *
 * @param words what was typed after `locusts`
 * @returns the exit code
 */
export async function run(words: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.fine;
  const program = makeProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(words as string[], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
    return sayError(openTerminal(words.includes("--json")), words.includes("--json"), error);
  }
}
