import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { loadDefinition } from "../../compiler/load/index.js";
import { nameCheck } from "../../compiler/load/name-check.js";
import { ProblemsFound } from "../../compiler/problem/problem.js";
import { suite } from "../runner/suite.js";
import { locusts } from "../swarms/command-line.js";
import { definition, makeFolder } from "./temp-definition.js";

const test = suite("a definition that was found to be right before");

const INPUTS = { "inputs/a.txt": "", "common.txt": "" };
const MISTYPED = definition({ name: "  name: 7 as unknown as string satisfies number," });

async function firstProblem(file: string, known: readonly string[]) {
  try {
    await loadDefinition(file, known);
    return undefined;
  } catch (error) {
    if (error instanceof ProblemsFound) return error.problems[0];
    throw error;
  }
}

test("is not checked again, and its parts are still found in it", async () => {
  const folder = makeFolder({ "swarm.config.ts": definition() });
  const file = join(folder, "swarm.config.ts");
  const { check, placeOf } = await loadDefinition(file);
  assert.is(check, nameCheck(file, definition()));
  const known = [check as string];
  const again = await loadDefinition(file, known);
  assert.is(again.check, check);
  assert.equal(again.placeOf(["outputs"]), placeOf(["outputs"]));

  // What only a check sees shows that there is none.
  writeFileSync(file, MISTYPED);
  assert.is((await firstProblem(file, known))?.place?.line, 3);
  assert.is(await firstProblem(file, [...known, nameCheck(file, MISTYPED)]), undefined);
});

test("is checked where it, its name or its folder is another, and always if it imports or refers to anything", async () => {
  const text = definition();
  const names = new Set(
    [
      ["/a/swarm.config.ts", text],
      ["/b/swarm.config.ts", text],
      ["/a/other.ts", text],
      ["/a/swarm.config.ts", `${text} `],
    ].map(([file, of]) => nameCheck(file as string, of as string)),
  );
  assert.is(names.size, 4);

  const files = {
    "grid.ts": "export const grid = [1];\n",
    "grid.json": "[1]\n",
    "types.d.ts": "export type Grid = 1;\n",
  };
  const before = [
    'import { grid } from "./grid.js";\nvoid grid;',
    'import type { grid } from "./grid.js";\nexport type Grid = typeof grid;',
    'import grid from "./grid.json";\nvoid grid;',
    'import type { Grid } from "./types";\nexport type Again = Grid;',
    'export type Grid = import("./types").Grid;',
    'import "./grid.js";',
  ];
  const sources = [
    ...before.map((line) => definition({}, [line])),
    `/// <reference path="types.d.ts" />\n${definition()}`,
  ];
  const folder = makeFolder({ ...files, "swarm.config.ts": "" });
  for (const source of sources) {
    writeFileSync(join(folder, "swarm.config.ts"), source);
    const { check } = await loadDefinition(join(folder, "swarm.config.ts"));
    assert.is(check, undefined, source);
  }
});

test("is kept by what writes; a mistake that comes later is named, also where what is kept is torn", async () => {
  const folder = makeFolder({ ...INPUTS, "swarm.config.ts": definition() });
  const kept = join(folder, ".locusts", "checked.tsv");
  assert.is((await locusts(["build"], { cwd: folder })).exitCode, 0);
  const name = readFileSync(kept, "utf8");
  assert.match(name, /^[0-9a-f]{64}\n$/);
  writeFileSync(kept, name.slice(0, 30));
  writeFileSync(join(folder, "swarm.config.ts"), MISTYPED);
  const { exitCode, stderr } = await locusts(["check"], { cwd: folder });
  assert.is(exitCode, 1);
  assert.match(stderr, /^swarm\.config\.ts:3:/m);
  assert.is(readFileSync(kept, "utf8"), name.slice(0, 30));
});

test.run();
