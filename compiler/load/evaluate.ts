import vm from "node:vm";
import * as dsl from "../dsl/index.js";
import { DefinitionMistake } from "../dsl/mistake.js";
import { createPureContext } from "./pure-context.js";

export function evaluate(code: string, script: string): unknown {
  const load = vm.compileFunction(code, ["exports", "require", "module"], {
    filename: script,
    parsingContext: createPureContext(),
  }) as (exports: object, require: (name: string) => unknown, module: { exports: object }) => void;

  const module = { exports: {} as { readonly default?: unknown } };
  load(module.exports, requireLocusts, module);
  return module.exports.default;
}

/** All else was bundled; a name that gets here comes from a package that wants something of Node. */
function requireLocusts(name: string): unknown {
  if (name === "locusts") return dsl;
  throw new DefinitionMistake(`a definition cannot require "${name}"`);
}
