import vm from "node:vm";
import { DefinitionMistake } from "../dsl/mistake.js";
import { IMPURE_LANGUAGE_GLOBALS, type Impurity, impureGlobal, MATH_RANDOM } from "./check/impure.js";

/** Runs inside the context, so that what it makes belongs there. */
const SETUP = `(function (absent, forbidDate, forbidRandom) {
  for (const name of absent) delete globalThis[name];
  globalThis.Date = new Proxy(Date, {
    construct: forbidDate,
    apply: forbidDate,
    get: (date, key) => (key === "now" || key === "parse" || key === "UTC" ? forbidDate : Reflect.get(date, key)),
  });
  Math.random = forbidRandom;
})`;

function forbid({ message, hint }: Impurity): () => never {
  return () => {
    throw new DefinitionMistake(message, [], hint);
  };
}

/**
 * A context without clock, randomness, language, network and process, so that a definition, and the
 * packages that it imports, can only ever give the same result. This is for purity, not for
 * security: who writes a definition decides what runs anyway, and could get out of here.
 */
export function createPureContext(): vm.Context {
  const context = vm.createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } });
  const setUp = vm.runInContext(SETUP, context) as (...args: unknown[]) => void;
  setUp(IMPURE_LANGUAGE_GLOBALS, forbid(impureGlobal("Date") as Impurity), forbid(MATH_RANDOM));
  return context;
}
