import { realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { type AnyDefinition, Swarm } from "../dsl/swarm.js";
import { textOf } from "../format/file-access.js";
import { type Problem, ProblemsFound } from "../problem/problem.js";
import { bundleDefinition } from "./bundle-definition.js";
import type { CheckedDefinition } from "./check/index.js";
import type { Quasi } from "./check/templates.js";
import { evaluate } from "./evaluate.js";
import { type ErrorPlaces, problemOfError } from "./evaluation-problem.js";
import { nameCheck } from "./name-check.js";
import { Positions } from "./positions.js";

const loadNow = createRequire(import.meta.url);

export interface LoadedDefinition extends ErrorPlaces {
  /** absolute path of `swarm.config.ts` */
  readonly file: string;
  readonly folder: string;
  readonly definition: AnyDefinition;
  /** names the check that found nothing wrong; undefined if it depends on more than the definition's own text */
  readonly check: string | undefined;
  /** the text pieces of the `sh` template that captured this stack, with their places */
  templateOf(stack: string): readonly Quasi[] | undefined;
  /** what an error thrown by one of the definition's functions amounts to, at its place */
  problemOf(error: unknown): Problem;
}

/**
 * Checks, bundles and evaluates a definition.
 *
 * @param known names of checks that have found nothing wrong: if it would be one of them, it is not made again
 * @throws ProblemsFound with everything that is wrong with it
 */
export async function loadDefinition(file: string, known: readonly string[] = []): Promise<LoadedDefinition> {
  const path = absolute(file);
  const folder = dirname(path);

  // esbuild is a process of its own: it bundles while the types are checked here.
  const bundling = bundleDefinition(folder, path);
  bundling.catch(() => {});
  let checked: CheckedDefinition | undefined;
  let check = known.length > 0 ? nameCheck(path, textOf(path) ?? "") : undefined;
  if (check === undefined || !known.includes(check)) {
    const { checkDefinition } = await import("./check/index.js");
    checked = checkDefinition(folder, path);
    check = checked.text === undefined ? undefined : nameCheck(path, checked.text);
  }
  // To say where something stands it has to be read, too; what needs ts-morph is loaded then.
  const read = () => {
    checked ??= (loadNow("./check/index.js") as typeof import("./check/index.js")).checkDefinition(folder, path);
    return checked;
  };
  const bundled = await bundling;
  if (checked && checked.problems.length > 0) throw new ProblemsFound(checked.problems);
  if ("problems" in bundled) throw new ProblemsFound(bundled.problems);

  const positions = new Positions(`locusts-definition:${path}`, bundled.map);
  const places = {
    placeOf: (place: readonly (string | number)[]) => read().placeOf(place),
    placeOfCall: (stack: string) => positions.placeIn(stack),
  };
  const problemOf = (error: unknown) => problemOfError(error, places);
  const swarm = evaluateSwarm(bundled.code, positions.script, path, places.placeOf, problemOf);

  return {
    file: path,
    folder,
    definition: Swarm.definitionOf(swarm),
    check,
    ...places,
    templateOf(stack) {
      const place = positions.placeIn(stack);
      return place && read().templateAt(place);
    },
    problemOf,
  };
}

function evaluateSwarm(
  code: string,
  script: string,
  file: string,
  placeOf: LoadedDefinition["placeOf"],
  problemOf: (error: unknown) => Problem,
): Swarm {
  let made: unknown;
  try {
    made = evaluate(code, script);
  } catch (error) {
    throw new ProblemsFound([problemOf(error)]);
  }
  if (made instanceof Swarm) return made;
  throw new ProblemsFound([
    {
      message: `${basename(file)} has no default export made by defineSwarm(…)`,
      place: placeOf([]),
      hint: "write export default defineSwarm({ … })",
    },
  ]);
}

/** The file's path without symbolic links in its folder, since bundler and checker resolve these. */
function absolute(file: string): string {
  const path = resolve(file);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw new ProblemsFound([
      { message: `there is no definition ${file}`, hint: "name a swarm.config.ts, or go to the folder that has one" },
    ]);
  }
  return join(realpathSync.native(dirname(path)), basename(path));
}
