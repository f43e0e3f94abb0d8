import { type InputLike, type InputSpec, input } from "../dsl/inputs.js";
import { hintForHome } from "../format/file-names.js";
import { parsePattern } from "../format/pattern.js";
import type { DefinitionPath, ReportMistake } from "../problem/problem.js";
import type { SourceInput } from "../survey/sources/source.js";
import type { InputPlan } from "./swarm-plan.js";

/** What has to be known to tell what the inputs of a swarm mean. */
interface InputSurroundings {
  readonly targetName: string;
  /** is the target on a machine that does not see the definition's folder? */
  readonly elsewhere: boolean;
  /** does this machine see where a path leads on the target? */
  sees(path: string): boolean;
  readonly mistake: ReportMistake;
  checkName(path: DefinitionPath, what: string, name: string): void;
  checkPlaceholders(path: DefinitionPath, pattern: string): void;
}

/** What an input means; `foundAs` says under which name the jobs have its path, if its pattern does not say it. */
function resolveInput(
  name: string,
  like: InputLike,
  foundAs: string | undefined,
  path: DefinitionPath,
  around: InputSurroundings,
): InputPlan {
  const { targetName, elsewhere, mistake } = around;
  const { pattern, as, shared, delivery }: InputSpec = typeof like === "string" ? input(like) : like;
  around.checkName(path, "an input", name);
  around.checkPlaceholders(path, pattern);
  if (pattern.trim() === "") mistake(path, `the input "${name}" has an empty path`);
  const home = delivery === "in-place" ? hintForHome(pattern) : undefined;
  if (home !== undefined) mistake(path, `the input "${name}" begins with ~`, home);
  else if (delivery === "in-place" && !pattern.startsWith("/") && elsewhere) {
    mistake(
      path,
      `the input "${name}" lies beside the definition, and not on the target ${targetName}`,
      "give inPlace(…) the absolute path that it has over there, or send it: input(…), linked(…) or shared(…)",
    );
  }
  if (as !== undefined) {
    around.checkPlaceholders(path, as);
    if (as.startsWith("/") || as.split("/").includes("..")) {
      mistake(path, `"${as}" leads out of the job's folder`, "give a path below it");
    }
  }
  return {
    name,
    variable: `in_${name}`,
    pattern,
    parts: foundAs === undefined ? parsePattern(pattern) : [{ placeholder: foundAs }],
    as,
    asParts: as === undefined ? undefined : parsePattern(as),
    shared,
    delivery,
    seenHere: delivery !== "in-place" || around.sees(pattern),
    bySource: path[0] === "jobs",
    found: foundAs !== undefined,
  };
}

/** The inputs that the source of the jobs gives them, and those that the definition adds. */
export function resolveInputs(
  ofSource: Readonly<Record<string, SourceInput>>,
  added: Readonly<Record<string, InputLike>>,
  surroundings: InputSurroundings,
): InputPlan[] {
  const plans = Object.entries(ofSource).map(([name, { said, foundAs }]) =>
    resolveInput(name, said, foundAs, ["jobs", name], surroundings),
  );
  for (const [name, said] of Object.entries(added)) {
    const path = ["inputs", name];
    if (Object.hasOwn(ofSource, name)) {
      const message = `the input "${name}" is there already: jobs has a file of that name for each job`;
      surroundings.mistake(path, message, "leave it out here, or call it something else");
    } else plans.push(resolveInput(name, said, undefined, path, surroundings));
  }
  return plans;
}
