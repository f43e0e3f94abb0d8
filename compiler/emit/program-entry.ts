/**
 * The source of the file that starts a program: it turns the words that the manager passes
 * (`in.first=…`, `out.table=…`, `param.i=3`) into what `program(…)` gets.
 *
 * @param path what to import the program from
 * @param types the type of each param, as `typeof` says it
 */
export function emitProgramEntry(
  path: string,
  params: readonly string[],
  types: Readonly<Record<string, string>>,
): string {
  const converters = params.map((name) => {
    const convert = { number: "Number", boolean: '(text) => text === "true"' }[types[name] ?? ""] ?? "String";
    return `  ${JSON.stringify(name)}: ${convert},`;
  });
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
