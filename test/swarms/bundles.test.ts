import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";
import { compile } from "../../compiler/compile.js";
import { ownedFiles } from "../../compiler/emit/owned-files.js";
import { MACHINERY_FOLDER } from "../../compiler/format/machinery.js";
import { suite } from "../runner/suite.js";
import { locusts, type Surroundings } from "./command-line.js";
import { copySwarm, folderOf, SWARM_NAMES, SWARMS, temporaryFolder } from "./swarm-folders.js";

const test = suite("bundles");

/** `LOCUSTS_UPDATE_GOLDEN=1 npm test -- bundles` builds the committed bundles anew. */
const update = process.env.LOCUSTS_UPDATE_GOLDEN === "1";

/** The files of a bundle, by name. */
function readBundle(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

async function build(
  swarm: string,
  out: string,
  words: readonly string[] = [],
  surroundings: Surroundings = {},
): Promise<void> {
  const { exitCode, stderr } = await locusts(["build", swarm, "--out", out, ...words], surroundings);
  assert.equal(exitCode, 0, stderr);
}

/** What lies in a folder, by name; nothing if there is none. */
function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** The names of a definition's targets. */
async function targetsOf(swarm: string): Promise<readonly string[]> {
  const { loaded } = await compile(join(swarm, "swarm.config.ts"), "local");
  return Object.keys(loaded.definition.targets ?? {}).sort();
}

for (const name of SWARM_NAMES) {
  test(`the committed bundles of ${name} are those of its targets, and up to date`, async () => {
    const swarm = join(SWARMS, name);
    const bundles = join(swarm, "bundle");
    const targets = await targetsOf(swarm);
    if (update) rmSync(bundles, { recursive: true, force: true });
    if (update) {
      for (const target of targets) await locusts(["build", swarm, "--target", target]);
      // It is the same for all, so once is enough: that of the project itself.
      rmSync(join(bundles, MACHINERY_FOLDER), { recursive: true });
      symlinkSync("../../../compiler/emit/library", join(bundles, MACHINERY_FOLDER));
    }
    const help = "All of them at once: LOCUSTS_UPDATE_GOLDEN=1 npm test -- bundles";
    const expected = [...targets, MACHINERY_FOLDER].sort();
    assert.deepEqual(namesIn(bundles), expected, `a bundle for each target, the machinery, and nothing else. ${help}`);
    for (const target of targets) {
      const { exitCode, stderr } = await locusts(["build", swarm, "--check", "--target", target]);
      assert.equal(exitCode, 0, `${stderr}\n${help}`);
      const bundle = join(bundles, target);
      assert.deepEqual(
        namesIn(bundle),
        [...ownedFiles(bundle)].sort(),
        `${bundle} has the files that it lists, and no other. ${help}`,
      );
    }
  });
}

const hasFaketime = spawnSync("faketime", ["2031-02-03 04:05:06", "true"]).status === 0;

const anotherDay = hasFaketime ? ["faketime", "2031-02-03 04:05:06"] : [];

/** Circumstances in which the same definition must give the same bytes: all at once, since each build checks types anew. */
const CIRCUMSTANCES: Readonly<Record<string, Surroundings>> = {
  "on another day, in another place and time zone, in Turkish, with a narrow umask, as somebody else": {
    cwd: "/",
    env: {
      ...{ TZ: "Asia/Kathmandu", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" },
      ...{ HOME: "/nowhere", USER: "nobody", LOGNAME: "nobody" },
    },
    through: [...anotherDay, "sh", "-c", 'umask 077; exec "$@"', "sh"],
  },
  "without a language": { env: { LANG: "", LC_ALL: "C" } },
};

for (const name of ["cat-and-ls", "speed-of-light"]) {
  test(`${name} gives the same bytes wherever, whenever and by whomever it is built`, async () => {
    const first = join(temporaryFolder(), "bundle");
    await build(join(SWARMS, name), first);
    const expected = readBundle(first);
    for (const [words, surroundings] of Object.entries(CIRCUMSTANCES)) {
      const swarm = copySwarm(name, join(temporaryFolder(), "a folder", "ähnlich", "swarm"));
      const out = join(temporaryFolder(), "out");
      await build(swarm, out, [], surroundings);
      assert.deepEqual(readBundle(out), expected, words);
      assert.equal(statSync(join(out, "manager.sh")).mode & 0o100, 0o100, `${words}: manager.sh can be run`);
    }
  });
}

const counting = (jobs: number) =>
  folderOf({
    "swarm.config.ts": `import { defineSwarm, local, range, sh } from "locusts";

export default defineSwarm({
  name: "counting",
  jobs: range("i", 1, ${jobs}),
  outputs: { square: "{i}.txt" },
  command: ({ outputs, params }) => sh\`echo $((\${params.i} ** 2)) > \${outputs.square}\`,
  targets: { local: local() },
});
`,
  });

test("manager.sh is the same for ten jobs and ten thousand", async () => {
  const few = counting(10);
  const many = counting(10_000);
  await build(few, join(few, "out"));
  await build(many, join(many, "out"));
  const jobs = (folder: string) => readFileSync(join(folder, "out/jobs.tsv"), "utf8").split("\n").length - 2;
  assert.deepEqual([jobs(few), jobs(many)], [10, 10_000]);
  assert.equal(readFileSync(join(many, "out/manager.sh"), "utf8"), readFileSync(join(few, "out/manager.sh"), "utf8"));
});

test("a file that has not changed is not written again", async () => {
  const swarm = copySwarm("epidemic");
  const out = join(swarm, "bundle/local");
  await build(swarm, out);
  const long = new Date("2001-01-01T00:00:00Z");
  for (const name of readdirSync(out)) utimesSync(join(out, name), long, long);
  const touched = () => readdirSync(out).filter((name) => statSync(join(out, name)).mtimeMs !== long.getTime());

  await build(swarm, out);
  assert.deepEqual(touched(), []);
  assert.deepEqual(
    readdirSync(out).filter((name) => name.endsWith(".new")),
    [],
  );

  const input = join(swarm, "sir.awk");
  appendFileSync(input, "# one more line\n");
  const { exitCode } = await locusts(["build", swarm, "--check"]);
  assert.equal(exitCode, 2, "build --check says that it differs");
  assert.deepEqual(touched(), [], "and writes nothing");
  await build(swarm, out);
  assert.deepEqual(touched().sort(), ["bundle.json", "jobs.tsv", "uploads.tsv"]);
});

test.run();
