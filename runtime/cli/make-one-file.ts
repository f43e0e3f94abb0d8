// Part of the build of Locusts: makes one file of the command line with all that it imports, and has it begin and deploy
// a swarm, so that it is kept compiled, and TypeScript, too. What is kept is not part of the published package, whose Node
// is the user's.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const FOLDER = dirname(fileURLToPath(import.meta.url));

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

await build({
  entryPoints: [join(FOLDER, "run.js")],
  outfile: join(FOLDER, "locusts.cjs"),
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
  const env = { ...process.env, LOCUSTS_KEEP_COMPILED: "1" };
  const run = (verb: string) =>
    spawnSync(process.execPath, [...process.execArgv, join(FOLDER, "bin.js"), verb, folder], { env, encoding: "utf8" });
  for (const verb of ["init", "build"]) {
    const { status, stderr } = run(verb);
    if (status !== 0) throw new Error(`locusts ${verb} fails in one file: ${stderr}`);
  }
  // Jobs may not be able to run on the machine that builds: with an old bash, say.
  run("deploy");
} finally {
  rmSync(folder, { recursive: true });
}
