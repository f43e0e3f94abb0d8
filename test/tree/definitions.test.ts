import { chmodSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { build } from "../../compiler/build.js";
import { compile } from "../../compiler/compile.js";
import { readBundleDescription, readBundledJobs, readBundledTree } from "../../compiler/format/bundle.js";
import { ProblemsFound } from "../../compiler/problem/problem.js";
import { suite } from "../runner/suite.js";
import { type Ending, locusts } from "../swarms/command-line.js";
import { folderOf } from "../swarms/swarm-folders.js";

const test = suite("definitions with a tree");

interface Parts {
  readonly tree?: string;
  readonly more?: string;
  readonly targets?: string;
}

const TREE = 'tree({ root: "env", workdir: "scripts", select: ["scripts/**", "data/*.txt"] })';

function definition({ tree = TREE, more = "", targets = "local: local()" }: Parts = {}): string {
  return `import { defineSwarm, inPlace, local, range, sh, ssh, tree } from "locusts";
export default defineSwarm({
  name: "example",
  jobs: range("i", 1, 2),
  environment: {
    tree: ${tree},
  },
  ${more}
  command: ({ params }) => sh\`bash run.sh \${params.i}\`,
  targets: { ${targets} },
});
`;
}

const FILES = {
  "env/scripts/run.sh": "echo $1\n",
  "env/scripts/lib/a.sh": "true\n",
  "env/data/1.txt": "one\n",
  "env/data/2.txt": "two\n",
  "env/data/.hidden": "hidden\n",
};

const project = (parts: Parts = {}) => folderOf({ ...FILES, "swarm.config.ts": definition(parts) });

/** What is wrong: places and messages. */
async function mistakes(parts: Parts, folder = project(parts)): Promise<readonly string[]> {
  const { exitCode, stdout } = await locusts(["check", folder, "--json", "--target", "local"]);
  assert.is(exitCode, 1, stdout);
  const { errors } = JSON.parse(stdout) as {
    errors: readonly { message: string; hint?: string; place?: { line: number; column: number } }[];
  };
  return errors.map(
    ({ message, hint, place }) => `${place?.line}:${place?.column} ${message}${hint ? ` (${hint})` : ""}`,
  );
}

function bundleOf(folder: string) {
  const bundle = join(folder, "bundle/local");
  const description = readBundleDescription(bundle);
  return { bundle, description, keys: [...readBundledJobs(bundle, description)].map(({ key }) => key) };
}

async function built(folder: string): Promise<Ending> {
  const ending = await locusts(["build", folder]);
  assert.is(ending.exitCode, 0, ending.stderr);
  return ending;
}

test("the bundle holds the tree, and a reader gives it back", async () => {
  const folder = project();
  writeFileSync(join(folder, "env/data/a\ttab\nline\\.txt"), "odd");
  symlinkSync("../data", join(folder, "env/scripts/data"));
  mkdirSync(join(folder, "env/scripts/empty"));
  const { stdout } = await built(folder);
  const { bundle, description } = bundleOf(folder);
  assert.equal(
    [...readBundledTree(bundle)].map(({ path, kind, bytes, rights, readOnly, link }) => [
      path,
      kind,
      bytes,
      rights,
      readOnly,
      link,
    ]),
    [
      ["data", "folder", 0, "rwx", false, ""],
      ["data/1.txt", "file", 4, "rw-", false, ""],
      ["data/2.txt", "file", 4, "rw-", false, ""],
      ["data/a\ttab\nline\\.txt", "file", 3, "rw-", false, ""],
      ["scripts", "folder", 0, "rwx", false, ""],
      ["scripts/data", "link", 0, "rwx", false, "../data"],
      ["scripts/empty", "folder", 0, "rwx", false, ""],
      ["scripts/lib", "folder", 0, "rwx", false, ""],
      ["scripts/lib/a.sh", "file", 5, "rw-", false, ""],
      ["scripts/run.sh", "file", 8, "rw-", false, ""],
    ],
  );
  const { digest, ...counts } = description.tree?.content ?? {};
  assert.match(digest ?? "", /^[0-9a-f]{64}$/);
  assert.equal(counts, { files: 5, folders: 4, links: 1, bytes: 24 });
  assert.equal(description.uploads, { entries: 1, bytes: 24 });
  // The root besides, and two logs a job.
  assert.equal(description.budget, { folders: 5, files: 10, bytes: 24 });
  assert.is(readFileSync(join(bundle, "uploads.tsv"), "utf8").split("\n")[1], `env\ttree/\t24\t${digest}\ttree`);
  assert.match(stdout, /tree {5}env, in one copy for all jobs; jobs run in scripts/);
  assert.match(stdout, /\n {13}5 files, 1 link, 4 folders, 24 bytes\n {15}data\/ {2}3 files, 11 bytes\n/);
  assert.match(stdout, /\n {17}empty\/ {2}empty\n/);
});

test("a large tree is shown in a few lines", async () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`env/many/${i}/deep/er/x`, "x"]));
  const folder = folderOf({
    ...FILES,
    ...many,
    "swarm.config.ts": definition({ tree: 'tree({ root: "env", select: ["**"] })' }),
  });
  const { stdout } = await built(folder);
  assert.match(stdout, /… and 28 more folders/);
  assert.ok(stdout.split("\n").length < 60, stdout);
});

test("times are no part of a bundle, nor what others may do; content and owners' rights are", async () => {
  const folder = project();
  await built(folder);
  const first = bundleOf(folder);
  utimesSync(join(folder, "env/data/1.txt"), 1, 1);
  chmodSync(join(folder, "env/data/1.txt"), 0o660);
  assert.is((await locusts(["build", "--check", folder])).exitCode, 0);
  chmodSync(join(folder, "env/scripts/run.sh"), 0o755);
  await built(folder);
  const second = bundleOf(folder);
  assert.is.not(second.keys[0], first.keys[0]);
  writeFileSync(join(folder, "env/data/1.txt"), "eno\n");
  const { exitCode, stdout } = await locusts(["diff", folder]);
  assert.is(exitCode, 2);
  assert.match(stdout, /2 jobs changed: content of the tree\n {2}1, 2\n/);
  assert.match(stdout, /files: .*tree\.tsv \(changed\)/);
});

test("mode and workdir identify jobs; what is done with their changes does not", async () => {
  const keyOf = async (tree: string) => {
    const folder = project({ tree });
    await built(folder);
    return bundleOf(folder).keys[0];
  };
  const rest = 'root: "env", select: ["**"]';
  const key = await keyOf(`tree({ ${rest} })`);
  assert.is(await keyOf(`tree({ ${rest}, apply: true, workdir: "./" })`), key);
  assert.is(await keyOf('tree({ root: "./env/", select: ["scripts/**", "data/**"] })'), key);
  assert.is.not(await keyOf(`tree({ ${rest}, workdir: "data" })`), key);
  const perJob = await keyOf(`tree({ ${rest}, mode: "perJob" })`);
  assert.is.not(perJob, key);
  assert.is(await keyOf(`tree({ ${rest}, mode: "perJob", readOnly: ["data/**"] })`), perJob);
});

test("in place nothing is looked at or sent", async () => {
  const folder = project({ tree: 'tree({ root: "/nowhere/at/all", workdir: "a/b", mode: "inPlace" })' });
  const { stdout } = await built(folder);
  const { description } = bundleOf(folder);
  assert.equal(description.tree, {
    mode: "inPlace",
    root: "/nowhere/at/all",
    workdir: "a/b",
    apply: false,
    content: null,
  });
  assert.equal(description.uploads, { entries: 0, bytes: 0 });
  assert.match(stdout, /\/nowhere\/at\/all on the target itself, which jobs change/);
  // A bundle that had a tree of its own loses it.
  writeFileSync(join(folder, "swarm.config.ts"), definition());
  await built(folder);
  writeFileSync(join(folder, "swarm.config.ts"), definition({ tree: 'tree({ root: "/x", mode: "inPlace" })' }));
  await built(folder);
  assert.throws(() => [...readBundledTree(bundleOf(folder).bundle)], /ENOENT/);
});

test("a target's tree takes the place of the swarm's, and its mistakes are shown there", async () => {
  const own = (root: string) =>
    `local: local({ environment: { tree: tree({ root: "${root}", mode: "inPlace", workdir: ".." }) } })`;
  assert.equal(await mistakes({ targets: own("/x") }), [
    `10:95 workdir ".." leads out of the tree (write it from the tree's root)`,
  ]);
  const there = 'far: ssh({ host: "h", directory: "/d" }), local: local()';
  const folder = project({ tree: 'tree({ root: "env", mode: "inPlace" })', targets: there });
  const { stderr } = await locusts(["check", folder, "--target", "far"]);
  assert.match(stderr, /:6:24 error: the tree lies beside the definition, and not on the target far/);
});

test("what makes no sense beside a tree is said in words", async () => {
  assert.equal(await mistakes({ more: 'inputs: { a: "env/data/{i}.txt", b: inPlace("/x") },' }), [
    "6:11 inputs cannot be given beside a tree: jobs find what they read in the tree (leave inputs out, select what they name, and use its paths in the command)",
  ]);
  assert.equal(await mistakes({ more: 'outputs: { a: "../../{i}.txt", b: "/x/{i}", c: "../data/{i}/../y" },' }), [
    '8:17 the output "../../{i}.txt" leads out of the tree',
    '8:37 the output "/x/{i}" begins with /: write it from the tree\'s workdir',
    '8:50 the output "../data/{i}/../y" has ".." as a part',
  ]);
  assert.equal(await mistakes({ tree: 'tree({ root: " ", workdir: "{i}", select: ["!a"] })' }), [
    `6:24 the tree's root is empty (write "." for the definition's folder)`,
    '6:53 the tree selects nothing (select: ["**"] takes all that is not hidden)',
    "6:38 workdir has {i}, and is the same for all jobs (let the command cd on from there)",
  ]);
});

test("outputs are paths from the workdir, also beside it", async () => {
  const folder = project({ more: 'outputs: { a: "../data/{i}.out", b: "{i}.out" },' });
  await built(folder);
  const layout = JSON.parse(readFileSync(join(bundleOf(folder).bundle, "layout.json"), "utf8"));
  assert.is(layout.job.outputs.a.results, "results/tree/data/{i}.out");
  assert.is(layout.job.outputs.b.results, "results/tree/scripts/{i}.out");
  assert.equal([layout.tree.root, layout.tree.workdir, layout.tree.mode], ["env", "scripts", "copy"]);
});

test("rules that cannot be read, all at once, each at its place", async () => {
  assert.equal(await mistakes({ tree: 'tree({ root: "env", select: ["/a", "ok", "in/{i}.txt", "b**"] })' }), [
    '6:40 the rule "/a" begins with / (rules begin at the tree\'s root: leave it out)',
    '6:52 the rule "in/{i}.txt" has {i}, and no job\'s params (rules are the same for all jobs; write {a,b} for one of several texts, \\\\{ for the character itself)',
    '6:66 the rule "b**" has ** beside other characters, in "b**" (** stands for any folders, between slashes: data/**/*.txt)',
  ]);
});

test("a path that is not there is a mistake, with what was probably meant", async () => {
  const rules = '"scripts/rum.sh", "date/**", "data/1.txt", "skripts/lib/", "nothing"';
  assert.equal(await mistakes({ tree: `tree({ root: "env", select: [${rules}] })` }), [
    '6:40 the rule "scripts/rum.sh" matches nothing: there is no such file or folder in env (did you mean "scripts/run.sh"?)',
    '6:58 the rule "date/**" matches nothing: there is no such folder in env (did you mean "data/**"?)',
    '6:83 the rule "skripts/lib/" matches nothing: there is no such folder in env (did you mean "scripts/lib/"?)',
    '6:99 the rule "nothing" matches nothing: there is no such file or folder in env (rules begin at the tree\'s root; "**/" before a name finds it at any depth)',
  ]);
});

test("other useless rules are worth a note", async () => {
  const rules = '"!data", "data/*", "*.none", "!scripts", "!no/path", "!**/*.pyc"';
  const folder = project({ tree: `tree({ root: "env", select: [${rules}] })` });
  const { stderr } = await locusts(["check", folder]);
  const notes = stderr.split("\n").filter((line) => line.includes("note:"));
  assert.equal(
    notes.map((line) => line.replace(/^.*?note: .*swarm\.config\.ts:/, "").replace(/ \(.*/, "")),
    [
      '6:40: the rule "!data" has no effect',
      '6:59: the rule "*.none" matches nothing',
      '6:69: the rule "!scripts" has no effect',
      '6:81: the rule "!no/path" leaves out nothing',
    ],
  );
  const json = JSON.parse((await locusts(["build", folder, "--json"])).stdout) as {
    notes: unknown[];
    tree: { root: string };
  };
  assert.is(json.notes.length, 4);
  assert.is(json.tree.root, "env");
});

test("a folder's name takes the folder alone, and a note says so where more may be meant", async () => {
  const noted = async (rules: string) => {
    const { stderr } = await locusts(["check", project({ tree: `tree({ root: "env", select: [${rules}] })` })]);
    return /takes the folder alone/.test(stderr);
  };
  assert.ok(await noted('"scripts", "data/*.txt"'));
  assert.not(await noted('"scripts/"'));
  assert.not(await noted('"scripts", "scripts/*.sh"'));
});

test("what cannot be read is an error that names it, and how to leave it out", async () => {
  const folder = project();
  chmodSync(folder, 0o755);
  chmodSync(join(folder, "env/data/1.txt"), 0o000);
  chmodSync(join(folder, "env/scripts/lib"), 0o000);
  const compilation = await compile(join(folder, "swarm.config.ts"), undefined);
  const work = () => build(compilation, { folder: join(folder, "bundle"), write: false, digests: undefined });
  try {
    if (process.geteuid?.() === 0) process.seteuid?.(65534);
    work();
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof ProblemsFound, String(error));
    assert.equal(
      error.problems.map(({ message, hint }) => `${message} (${hint})`),
      [
        '"data/1.txt" of the tree env cannot be read: permission denied (change that, or leave it out with the rule "!data/1.txt")',
        '"scripts/lib" of the tree env cannot be read: permission denied (change that, or leave it out with the rule "!scripts/lib")',
      ],
    );
  } finally {
    if (process.getuid?.() === 0) process.seteuid?.(0);
    chmodSync(join(folder, "env/scripts/lib"), 0o755);
  }
});

test("a root that is none, and a workdir that is not selected", async () => {
  const wrong = async (tree: string) => (await mistakes({ tree })).map((line) => line.replace(/ \(.*/, ""));
  assert.equal(await wrong('tree({ root: "none", select: ["**"] })'), [
    "6:24 the tree's root none cannot be used: there is no such folder",
  ]);
  assert.equal(await wrong('tree({ root: "swarm.config.ts", select: ["**"] })'), [
    "6:24 the tree's root swarm.config.ts cannot be used: it is no folder",
  ]);
  assert.equal(await wrong('tree({ root: "env", workdir: "scripts", select: ["data/**"] })'), [
    '6:40 workdir "scripts" is no folder that is selected',
  ]);
});

test("the definition's own folder can be a root: what Locusts writes there is no part of it", async () => {
  const folder = project({ tree: 'tree({ root: ".", select: ["**", "env/data/.hidden"] })' });
  await built(folder);
  mkdirSync(join(folder, "results"));
  writeFileSync(join(folder, "results/x"), "x");
  assert.is((await locusts(["build", "--check", folder])).exitCode, 0);
  const paths = [...readBundledTree(bundleOf(folder).bundle)].map(({ path }) => path);
  assert.equal(
    paths.filter((path) => !path.includes("/")),
    ["env", "swarm.config.ts"],
  );
});

test.run();
