import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { suite } from "../runner/suite.js";

/** The package as a newcomer gets it: packed, installed in an empty folder, and put to work. */
const test = suite("the package", {}, { seconds: 300 });

const execute = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

let folder: string;
let files: readonly string[];

/** Without what npm tells its scripts, which would make an inner npm take this project for its own. */
const environment: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !name.startsWith("npm_package_") && !/^npm_config_local_prefix$/i.test(name),
  ),
);

test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), "locusts-package-"));
  const packed = join(folder, "packed");
  mkdirSync(packed);
  // Its scripts would build anew, under the feet of the tests that run from the present build.
  const { stdout } = await execute("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", packed], {
    cwd: root,
    env: environment,
  });
  files = packedFiles(JSON.parse(stdout));

  writeFileSync(join(folder, "package.json"), '{ "name": "newcomer", "private": true, "type": "module" }\n');
  const [tarball] = readdirSync(packed);
  assert.ok(tarball);
  await execute("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", join(packed, tarball)], {
    cwd: folder,
    env: environment,
  });
});

test.after(() => rmSync(folder, { recursive: true, force: true }));

/** npm 12 and later key their answer by the package's name; earlier ones give a list. */
function packedFiles(answer: unknown): string[] {
  const [first] = Object.values(answer as Record<string, { files: { path: string }[] }>);
  assert.ok(first);
  return first.files.map(({ path }) => path).sort();
}

function locusts(args: readonly string[], cwd = folder) {
  return execute(join(folder, "node_modules/.bin/locusts"), args, { cwd, env: environment });
}

test("holds what a user needs", () => {
  const wanted = [
    "LICENSE",
    "README.md",
    "package.json",
    "dist/compiler/dsl/index.js",
    "dist/compiler/dsl/index.d.ts",
    "dist/runtime/cli/bin.js",
    "dist/runtime/cli/schemas/deploy.json",
    ...readdirSync(join(root, "compiler/emit/templates")).map((name) => `dist/compiler/emit/templates/${name}`),
  ];
  assert.deepEqual(
    wanted.filter((path) => !files.includes(path)),
    [],
  );
});

test("holds nothing else: no tests, no sources, no leftovers of deleted files", () => {
  const belongs = (path: string): boolean => {
    if (["LICENSE", "README.md", "CHANGELOG.md", "package.json"].includes(path)) return true;
    const built = /^dist\/((?:compiler|runtime)\/.+)$/.exec(path)?.[1];
    if (built === undefined) return false;
    // Made of the templates beside it, of the modules of the command line, and of the report's page.
    if (["compiler/emit/templates/compiled.cjs", "runtime/cli/locusts.cjs"].includes(built)) return true;
    if (/^runtime\/report\/page\/built\/(page\.js|page\.css|templates\.cjs)$/.test(built)) return true;
    return existsSync(join(root, built.replace(/(\.d\.ts|\.js)$/, ".ts")));
  };
  assert.deepEqual(
    files.filter((path) => !belongs(path)),
    [],
  );
});

test("gives the command `locusts`", async () => {
  assert.equal((await locusts(["--version"])).stdout.trim(), manifest.version);
  assert.match((await locusts(["--help"])).stdout, /Usage: locusts/);
});

/** What an editor says of a definition, and what it proposes at a place of it. */
function inEditor(text: string, moduleResolution: ts.ModuleResolutionKind, module: ts.ModuleKind) {
  const file = join(folder, "editor.config.ts");
  const at = text.indexOf("HERE");
  writeFileSync(file, text.replace("HERE", ""));
  const { sys } = ts;
  const service = ts.createLanguageService({
    getCompilationSettings: () => ({
      strict: true,
      types: [],
      target: ts.ScriptTarget.ES2022,
      moduleResolution,
      module,
    }),
    getScriptFileNames: () => [file],
    getScriptVersion: () => "1",
    getScriptSnapshot: (name) => ts.ScriptSnapshot.fromString(sys.readFile(name) ?? ""),
    fileExists: sys.fileExists,
    readFile: sys.readFile,
    directoryExists: sys.directoryExists,
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  });
  return {
    mistakes: service.getSemanticDiagnostics(file).map(({ messageText }) => messageText),
    proposed: service.getCompletionsAtPosition(file, at, {})?.entries.map(({ name }) => name) ?? [],
  };
}

test("has types for editors of old and new settings, with nothing in them that is not for users", () => {
  const jobs = squares.replace(", 3)", ", 3).HEREfilter(({ i }) => i > 0)");
  const old = inEditor(jobs, ts.ModuleResolutionKind.Node10, ts.ModuleKind.ESNext);
  assert.deepEqual(old, { mistakes: [], proposed: ["filter", "times"] });
  const reference = squares.replace("params.i}", "params.i.HERE}");
  assert.deepEqual(inEditor(reference, ts.ModuleResolutionKind.NodeNext, ts.ModuleKind.NodeNext).proposed, []);
});

test("runs a definition that imports it", async () => {
  const project = join(folder, "squares");
  mkdirSync(project);
  writeFileSync(join(project, "swarm.config.ts"), squares);
  await locusts(["check", project]);
  await locusts(["deploy", project, "--json"]);
  for (const i of [1, 2, 3]) {
    const result = findResult(join(project, "results"), `square_${i}.txt`);
    assert.equal(readFileSync(result, "utf8"), `${i * i}\n`);
  }
});

const squares = `import { defineSwarm, local, range, sh } from "locusts";

export default defineSwarm({
  name: "squares",
  jobs: range("i", 1, 3),
  outputs: { square: "square_{i}.txt" },
  command: ({ params, outputs }) => sh\`echo $(( \${params.i} * \${params.i} )) > \${outputs.square}\`,
  targets: { here: local({ slots: 2 }) },
});
`;

/** Where results lie inside `results/` is for other tests to say. */
function findResult(results: string, name: string): string {
  const found = readdirSync(results, { recursive: true, encoding: "utf8" }).filter(
    (path) => path === name || path.endsWith(`/${name}`),
  );
  assert.equal(found.length, 1, `${name} is in results/ once, and not ${found.length} times`);
  return join(results, found[0] ?? "");
}

test.run();
