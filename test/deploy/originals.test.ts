import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { surveyContent } from "../../compiler/format/content/digest.js";
import { DigestCache } from "../../compiler/format/content/digest-cache.js";
import { type InputFault, UnusableInput } from "../../compiler/format/content/input-entries.js";
import { suite } from "../runner/suite.js";
import { Deployment } from "./deployment.js";

/** Inputs that are links, hold links, or change: jobs get what their keys say, and originals stay as they are. */
const test = suite("originals");

/** A folder with links of all kinds, beside what they lead to. */
function makeLinks(deployment: Deployment): void {
  deployment.write("refs/file", "ref\n");
  deployment.write("refs/folder/tool", "#!/bin/sh\necho tool\n");
  chmodSync(deployment.path("refs/folder/tool"), 0o755);
  symlinkSync("tool", deployment.path("refs/folder/same"));
  symlinkSync("../file", deployment.path("refs/folder/other"));
  deployment.write("in/s/own", "own\n");
  const links: Readonly<Record<string, string>> = {
    inner: "own",
    chain: "inner",
    absolute: deployment.path("in/s/own"),
    around: "../s/own",
    dangling: "nowhere",
    loop: "loop",
    up: ".",
    out: "../../refs/file",
    "out-absolute": deployment.path("refs/file"),
    "out-folder": "../../refs/folder",
  };
  for (const [name, leadsTo] of Object.entries(links)) symlinkSync(leadsTo, deployment.path("in/s", name));
}

const LISTING = [
  "absolute own",
  "around own",
  "chain inner",
  "dangling nowhere",
  "inner own",
  "loop loop",
  "out file",
  "out-absolute file",
  "out-folder folder",
  "out-folder/other file",
  "out-folder/same tool",
  "out-folder/tool executable",
  "own file",
  "up .",
];

test("links within a folder stay links, and what others lead to comes along, however the folder travels", async () => {
  const names = ["plain", "own", "linked", "common"];
  const deployment = new Deployment(`
    jobs: list("id", ["s"]),
    inputs: {
      plain: "in/{id}", own: copied("in/{id}", { as: "own" }),
      linked: linked("in/{id}", { as: "linked" }), common: shared("alias", { as: "common" }),
    },
    outputs: { ${names.map((name) => `${name}: "out/${name}"`).join(", ")} },
    command: ({ inputs, outputs }) => sh\`
      list() {
        cat "$1"/{inner,chain,absolute,around,out,out-absolute,out-folder/other} > content
        [[ $(< content) == $'own\\nown\\nown\\nown\\nref\\nref\\nref' && $("$1/out-folder/same") == tool ]]
        (cd "$1"; find . -mindepth 1 \\( -type l -printf '%P %l\\n' -o -type d -printf '%P folder\\n' \\
          -o -perm /111 -printf '%P executable\\n' -o -printf '%P file\\n' \\) | LC_ALL=C sort) > "$2"
        # As root, for whom read-only is no hindrance, and as anybody: it is never the original.
        (echo spoilt > "$1/out"; echo spoilt > "$1/own"; echo spoilt > "$1/out-folder/tool") 2> /dev/null || true
      }
${names.map((name) => `      list \${inputs.${name}} \${outputs.${name}}`).join("\n")}\`,
  `);
  makeLinks(deployment);
  symlinkSync("in/s", deployment.path("alias"));
  await deployment.succeed();
  for (const name of names) assert.deepEqual(deployment.result(`out/${name}`).trimEnd().split("\n"), LISTING, name);
  assert.equal(deployment.read("refs/file"), "ref\n");
  assert.equal(deployment.read("in/s/own"), "own\n");
  assert.equal(deployment.read("refs/folder/tool"), "#!/bin/sh\necho tool\n");
  assert.equal(statSync(deployment.path("refs/folder/tool")).mode & 0o777, 0o755);
  // What links lead to is part of the key, and so is what may be executed.
  assert.equal((await deployment.succeed()).jobs.cached, 1);
  deployment.write("refs/file", "two\n");
  assert.match((await deployment.deploy()).stdout, /"failed":1/);
});

test("the executable bit is in the key, and two inputs that differ in it alone do not become one", async () => {
  const deployment = new Deployment(
    `
    jobs: list("id", ["a", "b"]),
    inputs: { tool: linked("{id}/tool") },
    outputs: { text: "{id}.txt" },
    command: ({ inputs, outputs }) => sh\`if [[ -x \${inputs.tool} ]]; then echo yes; else echo no; fi > \${outputs.text}\`,
  `,
    { "a/tool": "x", "b/tool": "x" },
  );
  chmodSync(deployment.path("a/tool"), 0o755);
  chmodSync(deployment.path("b/tool"), 0o644);
  await deployment.succeed();
  assert.deepEqual([deployment.result("a.txt"), deployment.result("b.txt")], ["yes\n", "no\n"]);
  chmodSync(deployment.path("b/tool"), 0o755);
  assert.equal((await deployment.succeed()).jobs.cached, 1);
  assert.equal(deployment.result("b.txt"), "yes\n");
});

test("what has no content, or cannot be had, is named and never waited for", async () => {
  const folder = mkdtempSync(join(tmpdir(), "locusts-faults-"));
  const server = createServer();
  try {
    const input = join(folder, "in");
    mkdirSync(join(input, "deep"), { recursive: true });
    mkdirSync(join(folder, "outside"));
    execFileSync("mkfifo", [join(input, "pipe"), join(folder, "outside/pipe")]);
    await new Promise<void>((resolve) => server.listen(join(input, "deep/socket"), resolve));
    const links: Readonly<Record<string, string>> = {
      device: "/dev/null",
      gone: "../outside/nothing",
      piped: "../outside/pipe",
      back: "../outside/loop",
    };
    for (const [name, leadsTo] of Object.entries(links)) symlinkSync(leadsTo, join(input, name));
    symlinkSync("../outside", join(folder, "outside/again"));
    mkdirSync(join(folder, "outside/loop"));
    symlinkSync("../../in", join(folder, "outside/loop/in"));
    writeFileSync(Buffer.concat([Buffer.from(join(input, "deep/")), Buffer.from([0xff])]), "");
    let faults: readonly InputFault[] = [];
    try {
      surveyContent(input, DigestCache.open(undefined));
    } catch (error) {
      assert.ok(error instanceof UnusableInput, String(error));
      faults = error.faults;
    }
    assert.deepEqual(faults.map(({ path, why }) => `${path.slice(input.length + 1)} ${why}`).sort(), [
      `back/in is a link that leads back to ${input}, in which it lies`,
      "deep/socket is a socket",
      "deep/\uFFFD has a name that is not UTF-8",
      "device is a device",
      "gone is a link to ../outside/nothing, which is not there",
      "pipe is a named pipe",
      "piped is a named pipe",
    ]);
    for (const name of ["pipe", "deep/socket"]) {
      assert.throws(() => surveyContent(join(input, name), DigestCache.open(undefined)), /is a (named pipe|socket)/);
    }
    assert.equal(surveyContent(join(input, "gone"), DigestCache.open(undefined)), undefined);
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
});

test("data is not newer than its index, to the microsecond, whichever ways the two travel", async () => {
  const kinds = { small: 10, medium: 2_000_000, large: 70_000_000 };
  const pairs: string[] = [];
  for (const data of Object.keys(kinds)) for (const index of Object.keys(kinds)) pairs.push(`${data}-${index}`);
  const deployment = new Deployment(`
    jobs: list("id", ${JSON.stringify(pairs)}),
    inputs: { data: "{id}.bam", index: "{id}.bai", same: linked("{id}.same"), folder: "{id}.folder" },
    outputs: { text: "{id}.txt" },
    command: ({ inputs, outputs }) => sh\`
      [[ ! \${inputs.data} -nt \${inputs.index} && ! \${inputs.index} -nt \${inputs.same} ]]
      [[ \${inputs.index} -nt \${inputs.data} && ! \${inputs.same} -nt \${inputs.folder}/x ]]
      [[ $(find -L \${inputs.folder}/x -printf %T@) == 1600000000.100003* ]]
      : > \${outputs.text}\`,
  `);
  for (const pair of pairs) {
    const [data, index] = pair.split("-") as [keyof typeof kinds, keyof typeof kinds];
    for (const [path, bytes, micros] of [
      [`${pair}.bam`, kinds[data], 1],
      [`${pair}.bai`, kinds[index], 3],
      [`${pair}.same`, 5, 3],
      [`${pair}.folder/x`, 5, 3],
    ] as const) {
      deployment.write(path, "");
      truncateSync(deployment.path(path), bytes);
      const seconds = 1_600_000_000.1 + (micros + 0.5) / 1e6;
      utimesSync(deployment.path(path), seconds, seconds);
    }
  }
  await deployment.succeed();
});

test("a staged copy that somebody has emptied is made anew, and one that was only touched is not", async () => {
  const deployment = new Deployment(
    `
    jobs: list("id", ["a", "b"]),
    inputs: { ref: shared("ref"), set: shared("set"), fine: shared("fine") },
    outputs: { text: "{id}.txt" },
    command: ({ inputs, outputs, params }) => sh\`cat \${inputs.ref} \${inputs.set}/x > \${outputs.text}; [[ \${params.id} == a || -e \${inputs.fine}/now ]]\`,
  `,
    { ref: "ref\n", "set/x": "x\n", "fine/y": "y" },
  );
  const { exitCode } = await deployment.deploy();
  assert.equal(exitCode, 3);
  // Folders of failed jobs lead to the copies, so that these are there still.
  const shared = deployment.path(".locusts/local/shared");
  const staged = readdirSync(shared, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const at = (name: string) => {
    const entry = staged.find((found) => found.name === name);
    return join(entry?.parentPath ?? "", name);
  };
  truncateSync(at("ref"), 0);
  rmSync(at("x"));
  linkSync(at("y"), deployment.path("second-name"));
  const before = statSync(at("y")).ino;
  deployment.write("fine/now", "");
  await deployment.deploy(["--redo", "a"]);
  rmSync(deployment.path("fine/now"));
  assert.equal(deployment.result("a.txt"), "ref\nx\n");
  assert.equal(statSync(deployment.path("second-name")).ino, before);
});

test.run();
