import { readFile, stat } from "node:fs/promises";
import { join, posix, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";
import { type Place, type Problem, ProblemsFound } from "../problem/problem.js";
import { problemsOfBuild } from "./esbuild-problems.js";

const NO_REQUIRE = [
  'import { createRequire as locustsCreateRequire } from "node:module";',
  "globalThis.require ??= locustsCreateRequire(import.meta.url);",
].join("\n");

/**
 * Bundles a program that a definition runs with `node()`, with all that it imports, into the text of
 * one ES module for Node 20: the same wherever the folder lies. Packages in CommonJS may use `require`.
 *
 * @param folder the definition's folder
 * @param path the program's path from there, as `node()` got it
 * @param place where the definition names the program
 * @param wrapper gives the source of the module around the program, which imports it by `importPath`
 * @throws ProblemsFound
 */
export async function bundleProgram(
  folder: string,
  path: string,
  place: Place | undefined,
  wrapper: (importPath: string) => string,
): Promise<string> {
  await expectProgram(folder, path, place);
  const { build } = await import("esbuild");
  const contents = wrapper(`./${posix.normalize(path)}`);
  try {
    const result = await build({
      stdin: {
        contents,
        resolveDir: folder,
        sourcefile: "main.ts",
        loader: "ts",
      },
      // Without it, the output would differ by the folder from which Locusts is run.
      absWorkingDir: folder,
      outfile: "main.mjs",
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      target: "node20",
      banner: { js: NO_REQUIRE },
      plugins: [runningLocusts],
      tsconfigRaw: {},
      logLevel: "silent",
    });
    return result.outputFiles[0]?.text ?? "";
  } catch (error) {
    throw new ProblemsFound(problemsOfBuild(error, place, contents));
  }
}

/** Checks the types of a program that a definition runs with `node()`. @throws ProblemsFound */
export async function checkProgram(folder: string, path: string, place: Place | undefined): Promise<void> {
  await expectProgram(folder, path, place);
  const { checkProgramTypes } = await import("./check/index.js");
  const problems = checkProgramTypes(folder, resolve(folder, path));
  if (problems.length > 0) throw new ProblemsFound(problems);
}

async function expectProgram(folder: string, path: string, place: Place | undefined): Promise<void> {
  const found = await stat(join(folder, path)).catch(() => undefined);
  const isCode = /\.[cm]?[jt]sx?$/.test(path);
  if (found?.isFile() && isCode) return;
  const problem: Problem = found?.isFile()
    ? {
        message: `the program "${path}" is no TypeScript or JavaScript`,
        place,
        hint: "name it as an input, and run it by sh`…`: `python3 ${inputs.script}`",
      }
    : {
        message: found ? `the program "${path}" is no file` : `there is no program "${path}"`,
        place,
        hint: 'write its path from the definition\'s folder, with its ending: node("./program.ts")',
      };
  throw new ProblemsFound([problem]);
}

/** Puts the running Locusts' own modules in, under names that do not depend on where it is installed. */
const runningLocusts: Plugin = {
  name: "running-locusts",
  setup(build) {
    const dsl = fileURLToPath(new URL("../dsl/", import.meta.url));
    build.onResolve({ filter: /^locusts$/ }, () => ({ path: "index.js", namespace: "locusts", sideEffects: false }));
    build.onResolve({ filter: /^\.\//, namespace: "locusts" }, ({ path }) => ({
      path: posix.normalize(path),
      namespace: "locusts",
      sideEffects: false,
    }));
    build.onLoad({ filter: /.*/, namespace: "locusts" }, async ({ path }) => ({
      contents: await readFile(join(dsl, path), "utf8"),
      loader: "js",
    }));
  },
};
