import { isBuiltin } from "node:module";

export interface Impurity {
  readonly message: string;
  readonly hint: string;
}

const SAME = "the same definition must always give the same bundle";
const clock = (name: string): Impurity => ({
  message: `a definition cannot use ${name}: it reads the clock, and ${SAME}`,
  hint: "write the date down as a text, or let each job ask for it in its command: sh`date +%F`",
});
const chance = (name: string): Impurity => ({
  message: `a definition cannot use ${name}: it gives something else each time, and ${SAME}`,
  hint: 'write the values down, as in list("seed", [1, 2, 3]) or range("seed", 1, 100)',
});
const timer = (name: string): Impurity => ({
  message: `a definition cannot use ${name}: it is evaluated at once, and nothing in it can wait`,
  hint: "let each job wait in its command: sh`sleep 10`; limits: { stagger: … } spreads the starts of jobs",
});
const machine = (name: string, hint: string): Impurity => ({
  message: `a definition cannot use ${name}: it differs from machine to machine, and ${SAME}`,
  hint,
});
const around = (name: string): Impurity => ({
  message: `a definition cannot use ${name}: it has no surroundings that it could look at`,
  hint: "import what the definition needs, or write it in the definition",
});
const garbage = (name: string): Impurity => ({
  message: `a definition cannot use ${name}: it depends on when memory is cleared, and ${SAME}`,
  hint: "keep the value itself",
});
const generated = (name: string): Impurity => ({
  message: `a definition cannot use ${name}: code that is made from text cannot be checked`,
  hint: "write the code as a function",
});
const language = (name: string): Impurity => ({
  message: `a definition cannot use ${name}: it follows the language of the machine, and ${SAME}`,
  hint: "compare texts with < and >, and put numbers in as they are",
});
const memory = (name: string): Impurity => ({
  message: `a definition cannot use ${name}, which is a part of Node`,
  hint: "write a text or an array; what handles bytes belongs in the command",
});

const GLOBALS: Readonly<Record<string, (name: string) => Impurity>> = {
  Date: clock,
  performance: clock,
  crypto: chance,
  setTimeout: timer,
  setInterval: timer,
  setImmediate: timer,
  queueMicrotask: timer,
  globalThis: around,
  global: around,
  window: around,
  self: around,
  eval: generated,
  Function: generated,
  WebAssembly: generated,
  WeakRef: garbage,
  FinalizationRegistry: garbage,
  Intl: language,
  Buffer: memory,
  SharedArrayBuffer: memory,
  Atomics: memory,
  process: (name) =>
    machine(
      name,
      "environment: { variables: { … } } sets variables; in an sh template \\${NAME} reads one when a job runs",
    ),
  navigator: (name) => machine(name, "leave out slots and cpus, and each target finds out what it has"),
  __dirname: (name) => machine(name, "write paths from the definition's folder, as in inputs/a.txt"),
  __filename: (name) => machine(name, "write paths from the definition's folder, as in inputs/a.txt"),
  fetch: (name) => ({
    message: `a definition cannot use ${name}: it reads from the network, and ${SAME}`,
    hint: "download the file first and name it among the inputs, or download it in the command: sh`curl …`",
  }),
  console: (name) => ({
    message: `a definition cannot use ${name}: it describes jobs, and writes nothing`,
    hint: "leave it out; what the definition amounts to is in the bundle that `locusts build` writes",
  }),
  require: (name) => ({
    message: `a definition cannot use ${name}`,
    hint: 'write import … from "…" at the top of the file',
  }),
  module: (name) => ({
    message: `a definition cannot use ${name}`,
    hint: "write export default defineSwarm({ … })",
  }),
};

export function impureGlobal(name: string): Impurity | undefined {
  return Object.hasOwn(GLOBALS, name) ? GLOBALS[name]?.(name) : undefined;
}

/** What the context of a definition is to be without, as far as the language has it; the others fail when they are used. */
export const IMPURE_LANGUAGE_GLOBALS: readonly string[] = Object.keys(GLOBALS).filter(
  (name) => !["Date", "Function", "eval", "globalThis"].includes(name),
);

export const MATH_RANDOM: Impurity = chance("Math.random");

const LANGUAGE_METHODS = new Set([
  "localeCompare",
  "toLocaleString",
  "toLocaleUpperCase",
  "toLocaleLowerCase",
  "toLocaleDateString",
  "toLocaleTimeString",
]);

export function impureMethod(name: string): Impurity | undefined {
  return LANGUAGE_METHODS.has(name) ? language(name) : undefined;
}

export function impureModule(specifier: string): Impurity | undefined {
  if (!isBuiltin(specifier)) return undefined;
  const name = specifier.replace(/^node:/, "");
  const message = `a definition cannot import "${specifier}", a part of Node`;
  if (/^(fs|fs\/promises)$/.test(name)) {
    return {
      message,
      hint: 'use files("…") or table("….tsv"), which the survey reads; import data from "./data.json" works too',
    };
  }
  if (/^path(\/|$)/.test(name)) {
    return { message, hint: "write paths from the definition's folder, with / between their parts" };
  }
  return {
    message,
    hint: 'a definition is a description alone; what needs Node belongs in a program: node("./program.ts")',
  };
}

export const IMPURE_SYNTAX = {
  importMeta: machine("import.meta", "write paths from the definition's folder, as in inputs/a.txt"),
  computedImport: {
    message: "a definition cannot import a module whose name is computed",
    hint: 'write the name out: import … from "./name.js"',
  },
  await: {
    message: "a definition cannot await: it is evaluated at once",
    hint: "leave out await; a definition has nothing to wait for",
  },
} as const satisfies Record<string, Impurity>;
