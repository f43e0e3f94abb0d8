import { countOf } from "../../../compiler/format/amounts.js";
import { UnusableBundle } from "../../../compiler/format/bundle.js";
import { TargetUnclear } from "../../../compiler/plan/choose-target.js";
import { formatProblems } from "../../../compiler/problem/code-frame.js";
import { type Problem, ProblemsFound } from "../../../compiler/problem/problem.js";
import { ConnectionLost } from "../../hosts/script/script-run.js";
import { RuntimeProblem } from "../../system/problem.js";
import { explainSystemError } from "../../system/system-errors.js";
import { EXIT, type ExitCode } from "./exit-codes.js";
import type { Terminal } from "./terminal.js";
import { nameProblemPlace, nameVerbs, seenFromHere } from "./where.js";

function describe(error: unknown): readonly Problem[] {
  if (error instanceof ProblemsFound) return error.problems;
  if (error instanceof RuntimeProblem) return [{ message: error.message, hint: error.hint }];
  if (error instanceof ConnectionLost) {
    const hint = "see whether the network and the host are up, then run the same command again: it goes on";
    return [{ message: error.message, hint }];
  }
  if (error instanceof TargetUnclear || error instanceof UnusableBundle) return [{ message: error.message }];
  const ofSystem = explainSystemError(error);
  if (ofSystem) return [ofSystem];
  return [{ message: (error as Error)?.stack ?? String(error), hint: "this looks like a mistake in Locusts itself" }];
}

/** What is wrong, with commands in it that can be run as they are. */
function named<P extends Problem>(problem: P): P {
  const { message, hint } = problem;
  return { ...problem, message: nameVerbs(message), ...(hint === undefined ? {} : { hint: nameVerbs(hint) }) };
}

export function sayError(terminal: Terminal, json: boolean, error: unknown): ExitCode {
  const errors = describe(error).map(named);
  if (json) terminal.printDocument("error", { errors });
  const { colors } = terminal;
  if (error instanceof ProblemsFound) {
    terminal.quote(formatProblems(errors.map(seenFromHere), process.cwd(), terminal.live));
    terminal.say(colors.red(`${countOf(error.problems.length, "problem")} in ${nameProblemPlace()}`));
  } else {
    for (const { message, hint } of errors) {
      terminal.quote(`${colors.red("error:")} ${message}`);
      if (hint) terminal.quote(`  ${colors.dim("hint:")} ${hint}`);
    }
  }
  return EXIT.error;
}
