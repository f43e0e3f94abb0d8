import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { JOURNAL } from "../../compiler/format/journal.js";
import { begin, kill, until } from "../deploy/deployment.js";
import { type JournalLine, jobs, Pilots, tally, tallyOf } from "../deploy/pilots.js";
import { suite } from "../runner/suite.js";

/** Jobs that run on a node's own disk, from where what they have made is brought to the shared one. */
const test = suite("scratch", {}, { seconds: 60 });

test("jobs run there, outputs and logs come back, and nothing stays", async () => {
  const pilots = new Pilots(
    `
    jobs: list("id", ["a", "b", "fails", "again"]),
    inputs: { word: "word" },
    outputs: { text: "out/{id}.txt", tree: "tree_{id}/", maybe: optional("{id}.maybe"), link: "{id}.link" },
    limits: { retries: 1 },
    command: ({ inputs, outputs, params }) => sh\`
      id=\${params.id}; pwd; echo $id >&2
      [[ $id != again || -e $HOME/tried ]] || { : > $HOME/tried; exit 1; }
      cat \${inputs.word} > \${outputs.text}; mkdir -p \${outputs.tree}/deep; pwd > \${outputs.tree}/deep/where
      ln -s \${outputs.text} \${outputs.link}
      [[ $id != b ]] || echo there > \${outputs.maybe}
      : > left_behind
      [[ $id != fails ]] || exit 4\`,
  `,
    "",
    { word: "whole\n" },
  );
  await pilots.stage(1);
  const words = ["--scratch", pilots.path("scratch/of/node")];
  const { exitCode, stderr } = await pilots.beginPilot(1, words, { HOME: pilots.folder }).outcome;
  assert.equal(exitCode, 0, stderr);
  const settled = pilots.settled();
  assert.equal(settled.size, 4);
  for (const [number, id] of [
    [1, "a"],
    [2, "b"],
    [4, "again"],
  ] as const) {
    const line = settled.get(number);
    assert.equal(line?.event, "done", line?.fields.join(" "));
    const place = pilots.place(line as NonNullable<typeof line>);
    assert.equal(readFileSync(join(place, `out/${id}.txt`), "utf8"), "whole\n");
    assert.equal(readFileSync(join(place, `${id}.link`), "utf8"), "whole\n");
    assert.match(readFileSync(join(place, `tree_${id}/deep/where`), "utf8"), /scratch\/of\/node\/locusts\.p1\.1/);
    assert.ok(!existsSync(join(place, "left_behind")));
    assert.equal(readFileSync(`${place}.err`, "utf8"), `${id}\n`);
    const sizes = line?.fields[JOURNAL.done.indexOf("outputs")]?.split(" ");
    assert.equal(Number(sizes?.[0]), 6);
    assert.equal(sizes?.[2] === "missing", id !== "b");
    assert.equal(Number(sizes?.[1]), statSync(join(place, `tree_${id}/deep/where`)).size);
  }
  const failed = settled.get(3);
  assert.equal(failed?.event, "failed");
  assert.equal(readFileSync(`${pilots.place(failed as NonNullable<typeof failed>)}.err`, "utf8"), "fails\n");
  assert.deepEqual(readdirSync(pilots.path("scratch")), ["of"]);
  assert.deepEqual(readdirSync(pilots.path("scratch/of")), []);
});

test("many quick jobs in several slots", async () => {
  const pilots = new Pilots(jobs(400), "", {}, 4);
  await pilots.stage(2);
  const begun = pilots.beginAll(["--scratch", pilots.path("scratch")], tallyOf(pilots));
  for (const { exitCode, stderr } of await Promise.all(begun.map(({ outcome }) => outcome)))
    assert.equal(exitCode, 0, stderr);
  pilots.assertAllDone(400);
  assert.equal(tally(pilots).length, 400);
  assert.deepEqual(readdirSync(pilots.path("scratch")), []);
});

test("what a pilot leaves there that was killed, others of its run on that node remove, and nothing else", async () => {
  const pilots = new Pilots(jobs(30, "sleep 0.2; : > big"));
  await pilots.stage(2);
  const words = ["--scratch", pilots.path("scratch")];
  const first = pilots.beginPilot(1, words, tallyOf(pilots));
  await until("it is at work", () => pilots.lines("done").length > 2);
  for (const process of [pilots.pid("p1.1"), ...pilots.processesOf("p1.1")]) kill(process, "SIGKILL");
  await first.outcome;
  await until("what they had just begun is gone, too", () => pilots.processesOf("p1.1").length === 0);
  const [left] = readdirSync(pilots.path("scratch"));
  assert.match(left ?? "", /^locusts\.p1\.1\./);
  // One of another run, whose process had the same number.
  const other = pilots.path("scratch", "locusts.p1.1.1");
  cpSync(pilots.path("scratch", left as string), other, { recursive: true });
  // On another node it is taken over, and cannot be reached; later, one on its own node finds it.
  const elsewhere = await pilots.beginPilot(2, words, tallyOf(pilots)).outcome;
  assert.equal(elsewhere.exitCode, 0, elsewhere.stderr);
  assert.deepEqual(readdirSync(pilots.path("scratch")).sort(), ["locusts.p1.1.1", left].sort());
  const here = await pilots.beginPilot(1, [...words, "--allocation", "2"], tallyOf(pilots)).outcome;
  assert.equal(here.exitCode, 0, here.stderr);
  assert.deepEqual(readdirSync(pilots.path("scratch")), ["locusts.p1.1.1"]);
  pilots.assertAllDone(30);
});

const isRoot = process.getuid?.() === 0;

test.skipUnless(
  isRoot,
  "only root can run it as somebody else",
  "what one job has made of its outputs is its own affair",
  async () => {
    const pilots = new Pilots(
      `
    jobs: list("id", ["killed", "plain", "strange", "closed", "links"]),
    outputs: { text: "{id}.txt", folder: "d/{id}/" },
    limits: { retries: 1 },
    command: ({ outputs, params }) => sh\`
      echo "$PWD"; mkdir -p \${outputs.folder}; echo text > \${outputs.text}; echo inner > \${outputs.folder}/file
      mkdir cache; touch cache/kept; chmod a-w cache
      case \${params.id} in
        strange) rm \${outputs.text}; ln -s /etc/shadow \${outputs.text} ;;
        closed) chmod 000 \${outputs.text} \${outputs.folder}/file ;;
        links)
          echo beside > beside; cd \${outputs.folder}
          ln -s file inside; ln -s ../../beside outside; ln -s "$PWD/file" absolute ;;
        killed) sleep 0.3; kill -9 $$; sleep 5 ;;
      esac\`,
  `,
      "",
      {},
      1,
    ); // one slot: good jobs are brought together with one that cannot be
    await pilots.stage(1);
    spawnSync("chmod", ["-R", "a+rwX", pilots.folder]);
    const nobody = [
      "--reuid=65534",
      "--regid=65534",
      "--clear-groups",
      "bash",
      pilots.path("target/bundle/manager.sh"),
    ];
    const words = ["--run", pilots.run(), "--name", "p1", "--node", "node1", "--scratch", pilots.path("scratch")];
    const { exitCode, stderr } = await begin("setpriv", [...nobody, ...words], pilots.folder).outcome;
    assert.equal(exitCode, 0, stderr);
    const settled = pilots.settled();
    const [killed, plain, strange, closed, links] = [1, 2, 3, 4, 5].map((job) => settled.get(job) as JournalLine);
    const field = (line: JournalLine, name: "cause" | "outputs" | "detail") => line.fields[JOURNAL.done.indexOf(name)];
    for (const [line, id] of [
      [plain, "plain"],
      [closed, "closed"],
    ] as const) {
      assert.equal(line?.event, "done", line?.fields.join(" "));
      assert.equal(readFileSync(join(pilots.place(line), `${id}.txt`), "utf8"), "text\n");
      assert.equal(readFileSync(join(pilots.place(line), `d/${id}/file`), "utf8"), "inner\n");
    }
    assert.equal(strange?.event, "failed");
    assert.equal(field(strange, "cause"), "missing-output");
    assert.equal(field(strange, "outputs"), "invalid invalid");
    assert.match(field(strange, "detail") ?? "", /^it cannot be copied from the node's disk: cp: .*Permission denied$/);
    assert.equal(links?.event, "done");
    assert.equal(field(links, "outputs"), "5 19", "a file that a link leads to counts, where it comes in its place");
    const folder = join(pilots.place(links), "d/links");
    const isLink = (name: string) => lstatSync(join(folder, name)).isSymbolicLink();
    assert.deepEqual(["inside", "outside", "absolute"].map(isLink), [true, false, false]);
    assert.equal(readFileSync(join(folder, "outside"), "utf8"), "beside\n");
    assert.equal(readFileSync(join(folder, "absolute"), "utf8"), "inner\n");
    // Of a job that kills its shell the last words are wanted most.
    assert.equal(killed?.event, "failed");
    assert.match(readFileSync(`${pilots.place(killed)}.out`, "utf8"), /scratch\/locusts\.p1\.1/);
    assert.deepEqual(readdirSync(pilots.path("scratch")), [], "also what jobs have made for reading only is gone");
  },
);

test.run();
