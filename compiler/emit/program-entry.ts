import type { ParamTypes } from "../plan/param-types.js";

const AS_TYPE = { number: "Number(text)", boolean: 'text === "true"' };
/** By this a value of a param that has several types is known as one of them. */
const IS_OF_TYPE = { number: "String(Number(text)) === text", boolean: '["true", "false"].includes(text)' };

/** How a program gets a param's values from their texts, each with the type that it has in the definition. */
function converterOf(types: ReadonlySet<string> = new Set()): string {
  if (types.size < 2)
    return types.has("number") ? "Number" : types.has("boolean") ? `(text) => ${AS_TYPE.boolean}` : "String";
  const others = (["number", "boolean"] as const).filter((type) => types.has(type));
  return `(text) => ${others.map((type) => `${IS_OF_TYPE[type]} ? ${AS_TYPE[type]} : `).join("")}text`;
}

/**
 * The source of the file that starts a program: it turns the words that the manager passes
 * (`in.first=…`, `out.table=…`, `param.i=3`) into what `program(…)` gets.
 *
 * @param path what to import the program from
 * @param types the types of each param, as `typeof` says them
 */
export function emitProgramEntry(path: string, params: readonly string[], types: ParamTypes): string {
  const converters = params.map((name) => `  ${JSON.stringify(name)}: ${converterOf(types.get(name))},`);
  return `import run from ${JSON.stringify(path)};

const convert = {
${converters.join("\n")}
};
const names = { inputs: {}, outputs: {}, params: {} };
const groups = { in: names.inputs, out: names.outputs, param: names.params };
for (const word of process.argv.slice(2)) {
  const [, group, name, value] = /^(in|out|param)\\.([^=]+)=(.*)$/s.exec(word);
  groups[group][name] = group === "param" ? convert[name](value) : value;
}
if (typeof run !== "function") {
  throw new TypeError("the program has no default export made by program(…)");
}
await run(names);
`;
}
