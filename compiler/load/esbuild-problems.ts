import type { BuildFailure, Message } from "esbuild";
import type { Place, Problem } from "../problem/problem.js";
import { impureModule } from "./check/impure.js";
import { meansLocusts } from "./check/locusts-name.js";

/**
 * What esbuild found wrong, as problems.
 *
 * @param fallback where a message without a place of its own belongs
 * @param ours text of a file that nobody else has: what is wrong there is told at `fallback`, too
 * @throws the error itself if it is none of esbuild's
 */
export function problemsOfBuild(error: unknown, fallback: Place | undefined, ours?: string): readonly Problem[] {
  if (error instanceof Error && /^The service (was stopped|is no longer running)/.test(error.message)) {
    const message = "esbuild, which bundles definitions, was ended before it was done";
    return [{ message, hint: "run the same command again" }];
  }
  const { errors } = error as Partial<BuildFailure>;
  if (!Array.isArray(errors)) throw error;
  return (errors as readonly Message[]).map((message) => ({
    ...wordsFor(message),
    // esbuild counts columns from 0, in UTF-8 bytes
    place: isIn(message, ours) ? fallback : (placeOf(message) ?? fallback),
  }));
}

function isIn({ location }: Message, text: string | undefined): boolean {
  return location !== null && text?.split("\n")[location.line - 1] === location.lineText;
}

function placeOf({ location }: Message): Place | undefined {
  if (!location) return undefined;
  const before = Buffer.from(location.lineText, "utf8").subarray(0, location.column).toString("utf8");
  return { file: location.file.replace(/^[\w-]+:/, ""), line: location.line, column: before.length + 1 };
}

function wordsFor({ text }: Message): Pick<Problem, "message" | "hint"> {
  const module = /^Could not resolve "(.+)"/.exec(text)?.[1];
  if (module === undefined) return { message: text };
  const isPath = /^\.{0,2}\//.test(module);
  const known = impureModule(module)?.hint ?? meansLocusts(module);
  const hint = known ?? (isPath ? "look at the path and the name of the file" : `install it: npm install ${module}`);
  return { message: `there is no module "${module}"`, hint };
}
