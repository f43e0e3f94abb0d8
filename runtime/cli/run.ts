import { CommanderError } from "commander";
import { EXIT, type ExitCode } from "./output/exit-codes.js";
import { sayError } from "./output/say-error.js";
import { lostResults, openTerminal, outliveStreams } from "./output/terminal.js";
import { makeProgram } from "./program.js";

/** Runs what was typed after `locusts`. @returns the exit code */
export async function run(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.fine;
  const json = args.includes("--json");
  outliveStreams();
  const program = makeProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args as string[], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) exitCode = sayError(openTerminal(json), json, error);
    else if (error.exitCode !== 0) {
      exitCode = EXIT.usage;
      // The words are on standard error already.
      const message = error.message.replace(/^error: /, "");
      if (json) openTerminal(json).printDocument("error", { errors: [{ message }] });
    }
  }
  const lost = await lostResults();
  if (!lost) return exitCode;
  const code = sayError(openTerminal(false), false, lost);
  return exitCode === EXIT.fine ? code : exitCode;
}

/** Says what nobody has waited for. @returns the exit code */
export function sayUnexpected(error: unknown): ExitCode {
  return sayError(openTerminal(false), false, error);
}
