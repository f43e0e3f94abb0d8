import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../load/temp-definition.js";
import { suite } from "../runner/suite.js";
import { locusts } from "./command-line.js";
import { SWARMS } from "./swarm-folders.js";

/** The page for those who come from other tools: what it shows does the same with each of them. */
const test = suite("coming from other tools");

const page = readFileSync(join(SWARMS, "coming-from.md"), "utf8");

/** What the page shows under this name. */
function shown(name: string): string {
  const [, text] = new RegExp(`^\`\`\`\\w+ ${name}\\n(.*?)^\`\`\`$`, "ms").exec(page) ?? [];
  assert.ok(text, name);
  return text;
}

function contentsOf(folder: string): readonly (readonly [string, string])[] {
  return readdirSync(folder)
    .sort()
    .map((name) => [name, readFileSync(join(folder, name), "utf8")]);
}

const isThere = (program: string) => /GNU/.test(spawnSync(program, ["--version"], { encoding: "utf8" }).stdout ?? "");

test("each tool makes the same files", async () => {
  const folder = makeFolder({ "in/a.txt": "10\n9\n8\n", "in/b.txt": "3\n1\n2\n" });
  const wanted = ["a.1 8", "a.2 8 9", "b.1 1", "b.2 1 2"].map((line) => {
    const [name, ...numbers] = line.split(" ");
    return [`${name}.txt`, `${numbers.join("\n")}\n`];
  });
  const run = (script: string, env: NodeJS.ProcessEnv = {}) => {
    const { status, stderr } = spawnSync("bash", ["-euc", script], { cwd: folder, env: { ...process.env, ...env } });
    assert.equal(status, 0, String(stderr));
  };
  const clear = () => run("rm -rf out");
  if (isThere("parallel")) {
    run(shown("parallel"));
    assert.deepEqual(contentsOf(join(folder, "out")), wanted);
    clear();
  }
  for (const task of [0, 1, 2, 3]) run(shown("array"), { SLURM_ARRAY_TASK_ID: String(task) });
  assert.deepEqual(contentsOf(join(folder, "out")), wanted);
  clear();
  mkdirSync(join(folder, "out"));
  for (const name of ["tasks.txt", "swarm.config.ts"]) writeFileSync(join(folder, name), shown(name));
  assert.equal((await locusts(["run", "tasks.txt"], { cwd: folder })).exitCode, 0);
  assert.deepEqual(contentsOf(join(folder, "out")), wanted);
  assert.equal((await locusts(["deploy"], { cwd: folder })).exitCode, 0);
  assert.deepEqual(contentsOf(join(folder, "results/out")), wanted);
});

test.run();
