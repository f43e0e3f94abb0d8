import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MACHINERY_SOURCE } from "../../compiler/emit/machinery.js";
import { machineryFiles } from "../../compiler/format/machinery.js";
import { suite } from "../runner/suite.js";
import { locusts } from "../swarms/command-line.js";
import { folderOf, temporaryFolder } from "../swarms/swarm-folders.js";
import { asMarkdown } from "./as-markdown.js";
import { GOLDEN_PROJECTS } from "./projects.js";

const test = suite("golden bundles");

/** The golden files lie beside the sources; this file runs from `dist/test/golden/`. */
const GOLDEN = fileURLToPath(new URL("../../../test/golden/", import.meta.url));

const update = process.env.LOCUSTS_UPDATE_GOLDEN === "1";

/** Builds a project; the files that are then in its folder `bundle`, by their paths. */
async function buildProject(files: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
  const folder = folderOf(files);
  const { exitCode, stderr } = await locusts(["build", folder]);
  assert.equal(exitCode, 0, stderr);
  const paths = readdirSync(join(folder, "bundle"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

/** What would change in the file, as git shows it. */
function difference(file: string, actual: string): string {
  const fresh = join(temporaryFolder(), "actual.md");
  writeFileSync(fresh, actual);
  const { stdout, error } = spawnSync(
    "git",
    ["diff", "--no-index", "--no-color", "--no-ext-diff", "--", existsSync(file) ? file : "/dev/null", fresh],
    {
      encoding: "utf8",
    },
  );
  return error ? `(no diff without git: ${error.message})` : stdout;
}

for (const [name, { about, files }] of Object.entries(GOLDEN_PROJECTS)) {
  test(name, async () => {
    const bundle = await buildProject(files);
    const file = join(GOLDEN, `${name}.md`);
    const shown = Object.entries(bundle).filter(([path]) => !path.startsWith("bundle/lib/"));
    const actual = asMarkdown(name, about, files, Object.fromEntries(shown));
    if (update) writeFileSync(file, actual);
    const expected = existsSync(file) ? readFileSync(file, "utf8") : "";
    if (actual === expected) return;
    assert.fail(
      `the bundle is not as test/golden/${name}.md has it. If it is meant to be so:\n` +
        `  LOCUSTS_UPDATE_GOLDEN=1 npm test -- golden\n${difference(file, actual)}`,
    );
  });
}

test("the machinery is the same for every swarm, and as the project has it", async () => {
  const own = Object.fromEntries(
    machineryFiles(MACHINERY_SOURCE).map((name) => [
      `bundle/lib/${name}`,
      readFileSync(join(MACHINERY_SOURCE, name), "utf8"),
    ]),
  );
  for (const { files } of Object.values(GOLDEN_PROJECTS)) {
    const bundle = await buildProject(files);
    const machinery = Object.entries(bundle).filter(([path]) => path.startsWith("bundle/lib/"));
    assert.deepEqual(Object.fromEntries(machinery), own);
  }
});

test("every golden file belongs to a project", () => {
  const documents = readdirSync(GOLDEN).filter((entry) => entry.endsWith(".md"));
  assert.deepEqual(
    documents.sort(),
    Object.keys(GOLDEN_PROJECTS)
      .map((name) => `${name}.md`)
      .sort(),
  );
});

test.run();
