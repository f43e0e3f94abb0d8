import type { BuildFailure, Message } from "esbuild";
import type { Place, Problem } from "../problem/problem.js";
import { impureModule } from "./check/impure.js";
import { meansLocusts } from "./check/locusts-name.js";

/**
 * What esbuild found wrong, as problems.
 *
 * @param fallback where a message without a place of its own belongs
 * @throws the error itself if it is none of esbuild's
 */
export function problemsOfBuild(error: unknown, fallback: Place | undefined): readonly Problem[] {
  if (error instanceof Error && /^The service (was stopped|is no longer running)/.test(error.message)) {
    const message = "esbuild, which bundles definitions, was ended before it was done";
    return [{ message, hint: "run the same command again" }];
  }
  const { errors } = error as Partial<BuildFailure>;
  if (!Array.isArray(errors)) throw error;
  return (errors as readonly Message[]).map((message) => ({
    message: reword(message.text),
    // esbuild counts columns from 0, in UTF-8 bytes
    place: placeOf(message) ?? fallback,
    hint: hintFor(message),
  }));
}

function placeOf({ location }: Message): Place | undefined {
  if (!location) return undefined;
  const before = Buffer.from(location.lineText, "utf8").subarray(0, location.column).toString("utf8");
  return { file: location.file.replace(/^[\w-]+:/, ""), line: location.line, column: before.length + 1 };
}

function reword(text: string): string {
  const module = /^Could not resolve "(.+)"/.exec(text)?.[1];
  return module === undefined ? text : `there is no module "${module}"`;
}

function hintFor({ text }: Message): string | undefined {
  const module = /^Could not resolve "(.+)"/.exec(text)?.[1];
  if (module === undefined) return undefined;
  const impurity = impureModule(module);
  if (impurity) return impurity.hint;
  const own = meansLocusts(module);
  if (own) return own;
  return /^\.{0,2}\//.test(module) ? "look at the path and the name of the file" : `install it: npm install ${module}`;
}
