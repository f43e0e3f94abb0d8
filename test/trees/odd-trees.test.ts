import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { noCluster } from "../cluster/availability.js";
import { useSshd } from "../cluster/sshd.js";
import { Deployment } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";
import { Elsewhere } from "../target/elsewhere.js";
import { rowsOf, snapshot } from "./classify.js";

/** Trees with names, links and modes that are easily mistaken for something else, and all that can happen to them. */
const test = suite("odd trees");

const NAMES = [
  "with space",
  "two\nlines",
  "a\ttab",
  "-rf",
  "it's",
  'say "hi"',
  "$HOME",
  "*",
  "back\\slash",
  "+plus",
  "ünï",
  "trailing ",
];

const FILES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    NAMES.flatMap((name) => [
      [`env/odd/${name}`, "before\n"],
      [`env/odd-folders/${name}/inner`, "before\n"],
    ]),
  ),
  "env/turn/file-to-folder": "file\n",
  "env/turn/file-to-link": "file\n",
  "env/turn/folder-to-file/deep/inner": "inner\n",
  "env/touched": "the same\n",
  "env/rewritten": "the same\n",
  "env/stealthy": "before\n",
  "env/only-mode": "the same\n",
  "env/gone/deep/inner": "inner\n",
  "env/gone/beside": "beside\n",
  "env/replaced/old": "old\n",
  "env/closed/inner": "before\n",
  "env/sealed/inner": "untouched\n",
};

const COMMAND = `
    for file in odd/*; do echo after > "$file"; done
    for folder in odd-folders/*/; do rm "\${folder}inner"; echo new > "\${folder}new"; done
    mv "odd/with space" "odd/moved here"
    rm turn/file-to-folder; mkdir turn/file-to-folder; echo in > turn/file-to-folder/in
    rm turn/file-to-link; ln -s ../rewritten turn/file-to-link
    rm -r turn/folder-to-file; echo now a file > turn/folder-to-file
    ln -s nowhere broken-new; ln -s loop loop; ln -s /etc/passwd leads-out; ln -sfn elsewhere broken; rm up
    touch touched; echo the same > rewritten
    echo aft3r! > stealthy.new; cat stealthy.new | head -c 7 > stealthy; touch -d 2001-01-01 stealthy; rm stealthy.new
    chmod 751 only-mode; chmod 711 empty
    rm -r gone
    rm -r replaced; mkdir -p replaced/fresh; echo new > replaced/new
    mkdir -p made/empty/deep made/closed; echo in > made/closed/in; chmod 555 made/closed
    chmod u+w closed; echo after > closed/inner; chmod 500 closed
  `;

const FIELDS = (options: string) => `jobs: list("id", ["one"]),
  environment: { tree: tree({ root: "env", select: ["**"], ${options} }) },
  command: ({ params }) => sh\`: \${params.id}${COMMAND.replaceAll("\\", "\\\\").replaceAll("${", "\\${")}\`,`;

function prepare(deployment: Deployment): void {
  symlinkSync("nowhere", deployment.path("env/broken"));
  symlinkSync("..", deployment.path("env/up"));
  symlinkSync("turn", deployment.path("env/to-folder"));
  mkdirSync(deployment.path("env/empty"));
  chmodSync(deployment.path("env/closed"), 0o555);
  chmodSync(deployment.path("env/sealed"), 0o500);
}

function expectedChanges(): string[] {
  const odd = NAMES.filter((name) => name !== "with space").map((name) => `odd/${name} changed file`);
  const folders = NAMES.flatMap((name) => [
    `odd-folders/${name}/inner deleted file`,
    `odd-folders/${name}/new created file`,
  ]);
  return [
    ...odd,
    ...folders,
    "odd/with space deleted file",
    "odd/moved here created file",
    "turn/file-to-folder changed folder",
    "turn/file-to-folder/in created file",
    "turn/file-to-link changed link",
    "turn/folder-to-file changed file",
    "turn/folder-to-file/deep deleted folder",
    "turn/folder-to-file/deep/inner deleted file",
    "broken-new created link",
    "loop created link",
    "leads-out created link",
    "broken changed link",
    "up deleted link",
    "stealthy changed file",
    "only-mode changed file",
    "empty changed folder",
    "gone deleted folder",
    "gone/beside deleted file",
    "gone/deep deleted folder",
    "gone/deep/inner deleted file",
    "replaced/old deleted file",
    "replaced/fresh created folder",
    "replaced/new created file",
    "made created folder",
    "made/empty created folder",
    "made/empty/deep created folder",
    "made/closed created folder",
    "made/closed/in created file",
    "closed changed folder",
    "closed/inner changed file",
  ].sort();
}

/** What a plain shell makes of the same tree. */
async function expectedTree(): Promise<Map<string, string>> {
  const plain = new Deployment("", FILES);
  prepare(plain);
  plain.write("command.sh", `cd env || exit 1\n${COMMAND}`);
  const { exitCode, stderr } = await plain.beginScript(plain.path("command.sh")).outcome;
  assert.equal(exitCode, 0, stderr);
  return snapshot(plain.path("env"));
}

async function deployAndCheck(deployment: Deployment, applied: boolean): Promise<void> {
  prepare(deployment);
  const before = snapshot(deployment.path("env"));
  await deployment.succeed();
  const rows = rowsOf(deployment.folder, "changes.tsv");
  assert.deepEqual(rows.map(([path, change, kind]) => `${path} ${change} ${kind}`).sort(), expectedChanges());
  const expected = await expectedTree();
  if (applied) {
    assert.deepEqual(rowsOf(deployment.folder, "conflicts.tsv"), []);
    assert.deepEqual(new Map([...snapshot(deployment.path("env"))].sort()), new Map([...expected].sort()));
    return;
  }
  assert.deepEqual(snapshot(deployment.path("env")), before);
  const home = snapshot(deployment.path("results/tree"));
  for (const [path, change] of rows as [string, string][]) {
    assert.equal(home.get(path), change === "deleted" ? undefined : expected.get(path), path);
  }
}

test("copied", () => deployAndCheck(new Deployment(FIELDS(""), FILES), false));

test("one for each job", () => deployAndCheck(new Deployment(FIELDS('mode: "perJob"'), FILES), false));

test("applied", () => deployAndCheck(new Deployment(FIELDS("apply: true"), FILES), true));

for (const [words, options] of [
  ["copied", ""],
  ["one for each job", 'mode: "perJob"'],
] as const) {
  test.skipUnless(noCluster === undefined, noCluster ?? "", `${words}, over ssh, by an ordinary account`, async () => {
    const sshd = await useSshd();
    const deployment = new Elsewhere(
      { environment: sshd.environment, home: join(sshd.home, "odd") },
      FIELDS(options),
      'ssh({ host: "lab", directory: DIRECTORY, slots: 2 })',
      FILES,
    );
    await deployAndCheck(deployment, false);
    if (options !== "") return;
    const cleaned = await deployment.verb(["clean"]);
    assert.equal(cleaned.exitCode, 0, cleaned.stderr);
    assert.equal(readFileSync(deployment.path("results/tree/odd/moved here"), "utf8"), "after\n");
  });
}

for (const mode of ["copy", "perJob"] as const) {
  test.skipUnless(
    noCluster === undefined,
    noCluster ?? "",
    `what its owner may not read keeps nothing else (${mode})`,
    async () => {
      const sshd = await useSshd();
      const swarm = new Elsewhere(
        { environment: sshd.environment, home: join(sshd.home, `closed-${mode}`) },
        `jobs: list("id", ["a"]),
      environment: { tree: tree({ root: "env", select: ["**"], mode: "${mode}" }) },
      command: () => sh\`echo new > plain; echo new > secret; mkdir closed; echo new > closed/in; chmod 0 secret closed was\`,`,
        'ssh({ host: "lab", directory: DIRECTORY, slots: 1 })',
        { "env/was/in": "old\n" },
      );
      const { exitCode, stderr } = await swarm.deploy();
      assert.equal(exitCode, 0, stderr);
      assert.equal(swarm.result("tree/plain"), "new\n");
      const changes = rowsOf(swarm.folder, "changes.tsv").map(([path, change, kind]) => `${path} ${change} ${kind}`);
      if (mode === "perJob") {
        // With the least permissions by which it can be read.
        assert.equal(statSync(swarm.path("results/tree/secret")).mode & 0o777, 0o400);
        assert.equal(swarm.result("tree/secret"), "new\n");
        assert.equal(swarm.result("tree/closed/in"), "new\n");
        assert.deepEqual(changes, [
          "closed created folder",
          "closed/in created file",
          "plain created file",
          "secret created file",
          "was changed folder",
        ]);
        return;
      }
      assert.deepEqual(
        rowsOf(swarm.folder, "conflicts.tsv").map(([path, why]) => `${path}: ${why}`),
        ["closed", "secret", "was"].map(
          (path) => `${path}: its permissions keep it from being read, and it stays on the target, in runs/1/work/tree`,
        ),
      );
      assert.deepEqual(changes, [
        "closed created unreadable",
        "plain created file",
        "secret created unreadable",
        "was changed unreadable",
      ]);
      assert.equal(readFileSync(join(swarm.run(), "work", "tree", "was", "in"), "utf8"), "old\n");
    },
  );
}

test.run();
