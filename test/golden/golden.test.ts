import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "../runner/suite.js";
import { locusts } from "../swarms/command-line.js";
import { folderOf, temporaryFolder } from "../swarms/swarm-folders.js";
import { asMarkdown, splitManager } from "./as-markdown.js";
import { GOLDEN_PROJECTS, SHOWN_AS_WELL, SHOWN_WHOLE } from "./projects.js";

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

/** The machinery of a bundle's manager, line by line. */
function machineryOf(bundle: Readonly<Record<string, string>>): string[] {
  const path = Object.keys(bundle).find((name) => name.endsWith("/manager.sh")) as string;
  return splitManager(bundle[path] as string).machinery.split("\n");
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
    const whole = name === SHOWN_WHOLE || name === SHOWN_AS_WELL || { shownIn: `${SHOWN_WHOLE}.md` };
    const actual = asMarkdown(name, about, files, bundle, whole);
    if (update) writeFileSync(file, actual);
    const expected = existsSync(file) ? readFileSync(file, "utf8") : "";
    if (actual === expected) return;
    assert.fail(
      `the bundle is not as test/golden/${name}.md has it. If it is meant to be so:\n` +
        `  LOCUSTS_UPDATE_GOLDEN=1 npm test -- golden\n${difference(file, actual)}`,
    );
  });
}

test("the machinery of every manager is part of the one that is shown", async () => {
  const shown = machineryOf(await buildProject(GOLDEN_PROJECTS[SHOWN_WHOLE]?.files ?? {}));
  for (const [name, { files }] of Object.entries(GOLDEN_PROJECTS)) {
    if (name === SHOWN_AS_WELL) continue;
    let at = 0;
    for (const line of machineryOf(await buildProject(files))) {
      at = shown.indexOf(line, at) + 1;
      assert.notEqual(at, 0, `${name}: this line is not in ${SHOWN_WHOLE}.md, or not at its place: ${line}`);
    }
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
