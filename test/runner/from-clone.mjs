/**
 * `npm test`: installs what is missing, builds what has changed, and runs all tests, so that a fresh clone needs
 * no other step. Plain JavaScript, since it comes before the compiler.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

// npm writes this file last: without it, node_modules is absent or half there.
const installed = existsSync(`${root}/node_modules/.package-lock.json`);
// `npm ci` builds as well. It would leave the compiler out where NODE_ENV is production.
const prepared = !installed ? run("npm", ["ci", "--include=dev"]) : isBuilt() ? 0 : run("npm", ["run", "build"]);

if (prepared === 0) {
  process.exitCode = run(process.execPath, ["dist/test/runner/run.js", ...process.argv.slice(2)]);
} else {
  console.log(`failed: the ${installed ? "build" : "installation"}; no test was run`);
  console.log("0 passed, 1 failed, 0 skipped");
  process.exitCode = 1;
}

/** Was it built from what stands here now? The time of a folder tells of what was removed from it. */
function isBuilt() {
  const timeOf = (/** @type {string} */ path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs;
  const built = timeOf("dist/built"); // the last thing that the build writes
  const others = ["package.json", "tsconfig.json", "node_modules/.package-lock.json"];
  const sources = ["compiler", "runtime", "test"].flatMap((folder) => [
    folder,
    ...readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  ]);
  return built !== undefined && [...others, ...sources].every((path) => (timeOf(path) ?? 0) < built);
}

/** @returns {number} the exit code */
function run(/** @type {string} */ command, /** @type {string[]} */ args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (error) console.error(error.message);
  return status ?? 1;
}
