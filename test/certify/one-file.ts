import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";

/**
 * What node is started with for one short verb: optimized code would be made for nothing. They change how
 * long the command line takes, and not what it does.
 */
const NODE_OPTIONS = [
  "--no-opt",
  "--no-sparkplug",
  "--liftoff-only",
  "--single-threaded-gc",
  "--max-semi-space-size=64",
] as const;

/** Every module goes on to find its files beside itself. */
const keepOwnPlaces: Plugin = {
  name: "keep-own-places",
  setup({ onLoad }) {
    onLoad({ filter: /\/program\/dist\/.*\.js$/ }, ({ path }) => {
      const own = JSON.stringify(pathToFileURL(path).href);
      // Where it stands in a string, it is for a program that will be made.
      const contents = readFileSync(path, "utf8").replace(/^(?!\s*")(.*?)\bimport\.meta\.url/gm, `$1${own}`);
      return { contents, loader: "js" };
    });
  },
};

/** Starts what is in one file, as V8 has compiled it before. The tracer knows the command line by its file's name, bin.js. */
const starter = (file: string, from: string, atExit: string) => `const { Script } = require("node:vm");
const { createRequire } = require("node:module");
const { existsSync, readFileSync, writeFileSync } = require("node:fs");
const [file, kept] = [${JSON.stringify(file)}, ${JSON.stringify(`${file}.v8`)}];
const cachedData = existsSync(kept) ? readFileSync(kept) : undefined;
const script = new Script(readFileSync(file, "utf8"), { filename: file, cachedData });
${atExit}
script.runInThisContext()(exports, createRequire(${JSON.stringify(from)}), module, file, ${JSON.stringify(dirname(file))});
`;

/**
 * Makes one file of the command line with all that it imports, and has it run once, so that it is kept
 * compiled: loading its modules takes as long as all else that a short verb does.
 *
 * @param bin the command line's own first file
 * @param folder where to put it
 * @param verb what to run once, and where
 * @returns the words that start it
 */
export async function makeOneFile(
  bin: string,
  folder: string,
  verb: { readonly words: readonly string[]; readonly place: string },
): Promise<readonly string[]> {
  mkdirSync(folder);
  const lines = readFileSync(bin, "utf8").replace(/^#!.*/, "").split("\n");
  const isImport = (line: string) => line.startsWith("import ");
  // A script cannot wait at its top.
  const body = lines.filter((line) => !isImport(line)).join("\n");
  const { outputFiles } = await build({
    stdin: {
      contents: `${lines.filter(isImport).join("\n")}\n(async () => {${body}\n})();`,
      resolveDir: dirname(bin),
    },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "node20",
    // \`import()\` would need what a script of \`node:vm\` has not.
    supported: { "dynamic-import": false },
    external: ["esbuild", "sh-syntax", "ts-morph", "*.node"],
    plugins: [keepOwnPlaces],
    logLevel: "error",
  });
  const file = join(folder, "locusts.cjs");
  const text = outputFiles[0]?.text ?? "";
  writeFileSync(file, `(function (exports, require, module, __filename, __dirname) {${text}\n})`);
  writeFileSync(join(folder, "package.json"), "{}");
  const [start, warm] = [join(folder, "bin.js"), join(folder, "warm.js")];
  writeFileSync(start, starter(file, bin, ""));
  const keep = `process.on("exit", () => writeFileSync(kept, script.createCachedData()));`;
  writeFileSync(warm, starter(file, bin, keep));
  execFileSync(process.execPath, [...NODE_OPTIONS, warm, ...verb.words], { cwd: verb.place, stdio: "ignore" });
  return [...NODE_OPTIONS, start];
}
