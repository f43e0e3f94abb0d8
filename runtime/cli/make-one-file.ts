// Part of the build of Locusts: makes one file of the command line with all that it imports, and has it begin and deploy
// a swarm, so that it is kept compiled. What is kept is not part of the published package, whose Node is the user's.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { loadCompiled } from "../../compiler/load/check/code-cache.js";

const OWN = fileURLToPath(import.meta.url);
const FOLDER = dirname(OWN);
const FILE = join(FOLDER, "locusts.cjs");

const PLACE =
  'const locustsPlace = (path) => require("node:url").pathToFileURL(require("node:path").join(__dirname, path)).href;';

/** Every module goes on to find its files beside itself, wherever the package lies. */
const keepOwnPlaces: Plugin = {
  name: "keep-own-places",
  setup({ onLoad }) {
    onLoad({ filter: /\/dist\/(?:compiler|runtime)\/.*\.js$/ }, ({ path }) => {
      const own = `locustsPlace(${JSON.stringify(relative(FOLDER, path))})`;
      // Where it stands in a string, it is for a program that will be made.
      const contents = readFileSync(path, "utf8").replace(/^(?!\s*")(.*?)\bimport\.meta\.url/gm, `$1${own}`);
      return { contents, loader: "js" };
    });
  },
};

async function make(): Promise<void> {
  await build({
    entryPoints: [join(FOLDER, "run.js")],
    outfile: FILE,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    // `import()` would need what a script of `node:vm` has not.
    supported: { "dynamic-import": false },
    packages: "external",
    banner: { js: PLACE },
    plugins: [keepOwnPlaces],
    logLevel: "error",
  });
  const folder = mkdtempSync(join(tmpdir(), "locusts-"));
  try {
    execFileSync(process.execPath, [...process.execArgv, OWN, folder], { stdio: ["ignore", "ignore", "inherit"] });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runOnce(folder: string): Promise<void> {
  const { exports, keep } = loadCompiled(FILE, `${FILE}.v8`);
  const { run } = exports as typeof import("./run.js");
  for (const verb of ["init", "deploy", "deploy", "status"]) {
    if ((await run([verb, folder, "--json"])) !== 0) throw new Error(`locusts ${verb} failed in one file`);
  }
  keep();
}

const [, , folder] = process.argv;
await (folder === undefined ? make() : runOnce(folder));
