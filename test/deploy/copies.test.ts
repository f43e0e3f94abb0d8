import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { holdRun } from "../../runtime/run/incarnations.js";
import { openCheckout } from "../../runtime/workspace/checkout.js";
import { suite } from "../runner/suite.js";
import { Deployment, until } from "./deployment.js";

/** A copy of a folder is another checkout; a folder that was moved is the same one. */
const test = suite("copies");

const made: string[] = [];
process.once("exit", () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

function newCheckout(): { readonly parent: string; readonly id: string } {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), "locusts-copies-")));
  made.push(parent);
  mkdirSync(join(parent, "first/.locusts"), { recursive: true });
  return { parent, id: openIn(join(parent, "first")).id };
}

const openIn = (folder: string) => openCheckout(folder, join(folder, ".locusts"), true);

test("a copy is another checkout, and knows of which it is a copy", () => {
  const { parent, id } = newCheckout();
  cpSync(join(parent, "first"), join(parent, "copy"), { recursive: true });
  const copy = openIn(join(parent, "copy"));
  assert.notEqual(copy.id, id);
  assert.deepEqual(copy.original, { id, folder: join(parent, "first") });
  assert.deepEqual(openIn(join(parent, "copy")), copy);
  assert.equal(openIn(join(parent, "first")).id, id);
});

test("a folder that was moved stays the same checkout, and its copies are others still", () => {
  const { parent, id } = newCheckout();
  renameSync(join(parent, "first"), join(parent, "moved"));
  assert.equal(openIn(join(parent, "moved")).id, id);
  cpSync(join(parent, "moved"), join(parent, "first"), { recursive: true });
  assert.notEqual(openIn(join(parent, "first")).id, id);
  assert.equal(openIn(join(parent, "moved")).id, id);
  // To another disk it is copied, and then removed.
  cpSync(join(parent, "moved"), join(parent, "elsewhere"), { recursive: true });
  rmSync(join(parent, "moved"), { recursive: true });
  assert.equal(openIn(join(parent, "elsewhere")).id, id);
});

test("a copy on another machine is another checkout; one folder that two machines see is one", () => {
  const { parent, id } = newCheckout();
  const file = join(parent, "first/.locusts/checkout");
  const edit = (from: RegExp, to: string) => writeFileSync(file, readFileSync(file, "utf8").replace(from, to));
  edit(/^(place\t[^\t]*\t)[^\t]*/m, "$1another-machine");
  assert.equal(openIn(join(parent, "first")).id, id);
  edit(/^(place\t[^\t]*\t)[^\t]*\t\d+/m, "$1another-machine\t1");
  assert.notEqual(openIn(join(parent, "first")).id, id);
});

test("what names a checkout and cannot be read is made anew", () => {
  const { parent } = newCheckout();
  writeFileSync(join(parent, "first/.locusts/checkout"), "\0\0\0");
  const { id } = openIn(join(parent, "first"));
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.equal(openIn(join(parent, "first")).id, id);
});

test("nothing that is done in a copy reaches what the original runs; the original may be moved while it runs", async () => {
  const deployment = new Deployment(
    `jobs: range("id", 1, 3), outputs: { o: "{id}.txt" },
    command: ({ outputs, params }) => sh\`echo \${params.id} >> "$STARTS"; sleep 1; echo > \${outputs.o}\`,`,
    {},
    undefined,
    1,
  );
  const starts = join(newCheckout().parent, "starts");
  const { child } = deployment.beginDeploy([], { STARTS: starts });
  await until("a job runs", () => existsSync(starts));
  child.kill("SIGKILL");
  const copy = new Deployment("", {}, `${deployment.folder}-copy`);
  cpSync(deployment.folder, copy.folder, { recursive: true });
  const manager = copy.path(".locusts/local/bundle/manager.sh");
  assert.equal((await copy.beginScript(manager, "--is-running").outcome).exitCode, 1);
  for (const verb of ["cancel", "clean"]) {
    const { exitCode, stderr } = await copy.verb([verb]);
    assert.equal(exitCode, 0, stderr);
  }
  const moved = new Deployment("", {}, `${deployment.folder}-moved`);
  rmSync(moved.folder, { recursive: true });
  renameSync(deployment.folder, moved.folder);
  await moved.succeed([], { STARTS: starts });
  assert.deepEqual(moved.results(), ["1.txt", "2.txt", "3.txt"]);
  assert.equal(readFileSync(starts, "utf8"), "1\n2\n3\n");
});

test("of a manager that is held up before it can say who it is, and those that come after it, one goes on", async () => {
  const deployment = new Deployment(`jobs: list("id", ["a"]), outputs: { o: "{id}.txt" },
    command: ({ outputs }) => sh\`echo > \${outputs.o}\`,`);
  await deployment.succeed();
  const folder = deployment.path("held-run");
  cpSync(deployment.run(), folder, { recursive: true });
  for (const part of ["gathered", "managers", "work", "journal", "claims"])
    rmSync(join(folder, part), { recursive: true });
  mkdirSync(join(folder, "managers"));
  const run = { number: 1, folder, digest: "", chunks: 1, jobs: 1 };

  // It has made its file, and has written nothing: a deploy does not wait for it.
  writeFileSync(join(folder, "managers/main.1"), "");
  assert.equal(await holdRun(run), true);
  // It goes on while that file is there.
  rmSync(join(folder, "managers/main.1"));
  const script = deployment.path(".locusts/local/bundle/manager.sh");
  const late = await deployment.beginScript(script, "--run", folder).outcome;
  assert.equal(late.exitCode, 4, late.stderr);
  assert.match(late.stderr, /another manager has started .* meanwhile/);
  assert.deepEqual(deployment.processes(), []);
});

test("a manager on another machine with the same folders is found by its heartbeat: nobody works beside it, and it can be ended", async () => {
  const deployment = new Deployment(`jobs: range("i", 1, 4), outputs: { out: "{i}" },
    command: ({ outputs }) => sh\`until [[ -e $GATE ]]; do sleep 0.1; done; echo > \${outputs.out}\`,`);
  const env = { GATE: deployment.path("gate") };
  const script = deployment.path(".locusts/local/bundle/manager.sh");
  const ask = (...words: string[]) => deployment.beginScript(script, ...words).outcome;
  const read = (run: number, name: string) => {
    const path = join(deployment.run(run), "managers", name);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  };
  /** A run at work, of which all looks as if it were on another machine. @returns its process */
  const beginElsewhere = async (run: number) => {
    assert.equal((await deployment.begin(["deploy", "--detach"], env).outcome).exitCode, 0);
    await until("it gives heartbeats", () => /^\d+\n$/.test(read(run, "main.1.beat")), 60);
    const [pid, birth, , what] = read(run, "main.1").trim().split(" ");
    writeFileSync(join(deployment.run(run), "managers/main.1"), `${pid} ${birth} login1 ${what} another-boot\n`);
    return Number(pid);
  };
  await beginElsewhere(1);
  assert.equal((await ask("--is-running")).exitCode, 0);
  assert.match(
    (await ask()).stderr,
    /already running: process \d+ on login1 runs 1; stop it with: bash manager\.sh --stop\n/,
  );
  assert.equal((await ask("--stop")).exitCode, 0);
  assert.equal(read(1, "main.1.beat"), "left signal\n");

  process.kill(await beginElsewhere(2), "SIGKILL");
  writeFileSync(deployment.path("gate"), "");
  assert.equal((await ask("--is-running")).exitCode, 1, "one that gives none any more is dead");
  assert.equal((await deployment.begin(["deploy"], env).outcome).exitCode, 0);
});

test.run();
