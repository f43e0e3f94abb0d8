import assert from "node:assert/strict";
import { chmodSync, closeSync, existsSync, openSync, statSync, symlinkSync, truncateSync } from "node:fs";
import { suite } from "../runner/suite.js";
import { Deployment } from "./deployment.js";

/** How inputs reach a job, small and large, and that the user's own files stay as they are. */
const test = suite("inputs");

const MEBIBYTE = 1024 * 1024;

/** A file of so many bytes that takes no room. */
function makeSparse(deployment: Deployment, path: string, bytes: number): void {
  closeSync(openSync(deployment.path(path), "w"));
  truncateSync(deployment.path(path), bytes);
}

/** Says of each input what it is, and changes it; not links, whose ends are read-only, but not for root. */
const LOOK = (names: readonly string[]) => `
  command: ({ inputs, outputs }) => sh\`
    : > \${outputs.report}
    look() {
      kind=file; [[ ! -L $2 ]] || kind=link
      if [[ -d $2 ]]; then find "$2/" -type f | sort | xargs -d '\\n' cat > content; kind="$kind-folder"; else cat "$2" > content; fi
      echo "$1 $kind $(wc -c < content) $2" >> \${outputs.report}
      rm content
      if [[ -d $2 ]]; then echo spoilt > "$2/new"
      elif [[ ! -L $2 || $1 == away ]]; then echo spoilt > "$2"
      else [[ $(readlink "$2") == */.locusts/local/shared/* ]]
      fi
    }
${names.map((name) => `    look ${name} \${inputs.${name}} 2> /dev/null`).join("\n")}\`,
`;

test("what takes no room on this disk takes none as a copy", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["a"]),
    inputs: { own: copied("sparse"), common: shared("sparse2") },
    outputs: { blocks: "{id}.txt" },
    command: ({ inputs, outputs }) => sh\`stat -L -c %b \${inputs.own} \${inputs.common} > \${outputs.blocks}\`,
  `);
  for (const path of ["sparse", "sparse2"]) makeSparse(deployment, path, 20 * MEBIBYTE);
  await deployment.succeed();
  for (const blocks of deployment.result("a.txt").trim().split("\n")) assert.ok(Number(blocks) < 100, blocks);
});

test("small ones are copies, medium ones too, large ones are links; options say otherwise", async () => {
  const names = ["small", "medium", "large", "chosen", "own", "common", "placed", "folder", "wide", "away"];
  const deployment = new Deployment(
    `
    jobs: list("id", ["a", "b"]),
    inputs: {
      small: "{id}.small", medium: "{id}.medium", large: "large",
      chosen: linked("{id}.chosen"), own: copied("own"), common: shared("common"),
      placed: input("{id}.placed", { as: "sub/folder/placed_{id}" }),
      folder: "dir_{id}", wide: "wide", away: inPlace("{id}.away"),
    },
    outputs: { report: "{id}.report" },
    ${LOOK(names)}
  `,
  );
  for (const id of ["a", "b"]) {
    deployment.write(`${id}.small`, `small ${id}`);
    deployment.write(`${id}.medium`, Buffer.alloc(2 * MEBIBYTE, id));
    deployment.write(`${id}.chosen`, `chosen ${id}`);
    deployment.write(`${id}.placed`, `placed ${id}`);
    deployment.write(`${id}.away`, `away ${id}`);
    deployment.write(`dir_${id}/x`, "x");
    deployment.write(`dir_${id}/deep/er/y`, "yy");
  }
  deployment.write("own", Buffer.alloc(3 * MEBIBYTE));
  deployment.write("common", "common");
  for (let i = 0; i < 150; i += 1) deployment.write(`wide/${i}`, "w");
  makeSparse(deployment, "large", 70 * MEBIBYTE);
  await deployment.succeed();
  for (const id of ["a", "b"]) {
    assert.deepEqual(deployment.result(`${id}.report`).trimEnd().split("\n"), [
      `small file 7 ${id}.small`,
      `medium file ${2 * MEBIBYTE} ${id}.medium`,
      `large link ${70 * MEBIBYTE} large`,
      `chosen link 8 ${id}.chosen`,
      `own file ${3 * MEBIBYTE} own`,
      "common link 6 common",
      `placed file 8 sub/folder/placed_${id}`,
      `folder file-folder 3 dir_${id}`,
      "wide file-folder 150 wide",
      `away link 6 ${id}.away`,
    ]);
    assert.equal(deployment.read(`${id}.small`), `small ${id}`);
    assert.equal(deployment.read(`${id}.chosen`), `chosen ${id}`);
    assert.equal(deployment.read(`dir_${id}/deep/er/y`), "yy");
    assert.ok(!existsSync(deployment.path(`dir_${id}/new`)));
    // This one is used where it lies, as its name says.
    assert.equal(deployment.read(`${id}.away`), "spoilt\n");
  }
  assert.equal(deployment.read("common"), "common");
  assert.equal(statSync(deployment.path("large")).size, 70 * MEBIBYTE);
  assert.ok(!existsSync(deployment.path("wide/new")));
});

test("what lies on the target once is there once, is read-only, may share its content with another, and goes in the end", async () => {
  const deployment = new Deployment(
    `
    jobs: range("i", 1, 5),
    inputs: { one: shared("one"), two: shared("two"), three: shared("deep/one") },
    outputs: { text: "{i}.txt", listing: "{i}.listing" },
    command: ({ inputs, outputs }) => sh\`
      cat \${inputs.one} \${inputs.two} \${inputs.three} > \${outputs.text}
      find "$(dirname "$(dirname "$(readlink \${inputs.one})")")" -mindepth 2 -type f -printf '%f %m\\n' | sort > \${outputs.listing}\`,
  `,
    { one: "same", two: "same", "deep/one": "other" },
  );
  for (const name of ["one", "two", "deep/one"]) chmodSync(deployment.path(name), 0o644);
  await deployment.succeed();
  assert.equal(deployment.result("5.txt"), "samesameother");
  assert.equal(deployment.result("3.listing"), "one 444\none 444\ntwo 444\n");
  assert.ok(!deployment.exists(".locusts/local/shared"));
  for (const name of ["one", "two", "deep/one"]) assert.equal(statSync(deployment.path(name)).mode & 0o777, 0o644);
});

test("modes, links and empty folders within inputs arrive as they are", async () => {
  const deployment = new Deployment(
    `
    jobs: list("id", ["a"]),
    inputs: { tool: "tool", linked: "link", dir: "dir", sealed: "sealed" },
    outputs: { text: "{id}.txt" },
    command: ({ inputs, outputs }) => sh\`
      ./\${inputs.tool} > \${outputs.text}
      cat \${inputs.linked} \${inputs.dir}/inner >> \${outputs.text}
      [[ -L \${inputs.dir}/inner && ! -L \${inputs.linked} && -d \${inputs.dir}/empty ]]
      echo more >> \${inputs.sealed}\`,
  `,
    { tool: "#!/bin/sh\necho tool\n", real: "real\n", "dir/target": "inner\n", "dir/empty/x": "", sealed: "s\n" },
  );
  chmodSync(deployment.path("tool"), 0o755);
  chmodSync(deployment.path("sealed"), 0o444);
  symlinkSync("real", deployment.path("link"));
  symlinkSync("target", deployment.path("dir/inner"));
  await deployment.succeed();
  assert.equal(deployment.result("a.txt"), "tool\nreal\ninner\n");
  assert.equal(deployment.read("sealed"), "s\n");
});

test("an output that lies beside inputs, in folders that only inputs have, and a job without any file", async () => {
  const deployment = new Deployment(
    `
    jobs: list("id", ["a", "b"]),
    inputs: { text: "data/{id}/in.txt" },
    outputs: { text: "data/{id}/out.txt", deep: "x/y/z/{id}" },
    command: ({ inputs, outputs }) => sh\`cp \${inputs.text} \${outputs.text}; cp \${inputs.text} \${outputs.deep}\`,
  `,
    { "data/a/in.txt": "a", "data/b/in.txt": "b" },
  );
  await deployment.succeed();
  assert.deepEqual(deployment.results(), ["data/a/out.txt", "data/b/out.txt", "x/y/z/a", "x/y/z/b"]);
  const bare = new Deployment('jobs: range("i", 1, 3), command: () => sh`:`,');
  await bare.succeed();
  assert.deepEqual(bare.results(), []);
});

test.run();
