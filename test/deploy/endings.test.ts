import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { suite } from "../runner/suite.js";
import { Deployment, until } from "./deployment.js";
import { jobs, Pilots, tallyOf } from "./pilots.js";

/** How jobs end beside the usual ways. */
const test = suite("endings");

test("what a command has begun by >(…) is waited for, and what it has put into the background is not", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["to", "tee", "set", "background", "fails"]),
    outputs: { text: "{id}.gz" },
    command: ({ outputs, params }) => sh\`
      case \${params.id} in
        to) seq 300000 > >(sort -r | gzip > \${outputs.text}) ;;
        tee) seq 300000 | tee >(sort -r | gzip > \${outputs.text}) > /dev/null ;;
        set) set -fu; IFS=0123456789; seq 300000 > >(sleep 0.3; sort -r | gzip > \${outputs.text}) ;;
        background) (sleep 600; echo) & seq 300000 > >(sort -r | gzip > \${outputs.text}) ;;
        fails) seq 300000 > >(gzip > \${outputs.text}); [[ -e nothing ]] && : ;;
      esac\`,
  `);
  const { report } = await deployment.deploy();
  assert.deepEqual(
    report.failures.map(({ job, cause, exitCode }) => [job, cause, exitCode]),
    [["fails", "exit", 1]],
  );
  for (const id of ["to", "tee", "set", "background"]) {
    const text = gunzipSync(readFileSync(deployment.path(`results/${id}.gz`))).toString();
    assert.equal(text.split("\n").length, 300_001, id);
  }
  await deployment.assertQuiet();
});

test("what a line has begun by >(…) is waited for, all of it", async () => {
  const line = "seq 300000 | tee >(sort -r | gzip > a.gz) >(sleep 0.3; sort -r | gzip > b.gz) > /dev/null";
  const deployment = new Deployment('jobs: commands("tasks.txt"),', { "tasks.txt": `${line}\n` });
  await deployment.succeed();
  for (const file of ["a.gz", "b.gz"]) {
    const text = gunzipSync(readFileSync(deployment.path(file))).toString();
    assert.equal(text.split("\n").length, 300_001, file);
  }
});

/** The processes of a run, the oldest first. */
function processesOf(folder: string): number[] {
  const isOfRun = (pid: string) => {
    try {
      const [command, environment] = ["cmdline", "environ"].map((name) =>
        readFileSync(`/proc/${pid}/${name}`, "latin1"),
      );
      return !command?.includes("bin.js") && `${command}${environment}`.includes(folder);
    } catch {
      return false; // it is gone
    }
  };
  const numbers = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && isOfRun(name));
  return numbers.map(Number).sort((a, b) => a - b);
}

test("where all processes are told to end at once, nothing that a job makes of that counts as its result", async () => {
  const deployment = new Deployment(
    `
    jobs: list("code", [0, 1]).times(range("i", 1, 4)),
    outputs: { text: "{code}{i}.txt" },
    command: ({ outputs, params }) => sh\`
      trap "echo partial > \${outputs.text}; exit \${params.code}" TERM
      sleep 100 & wait
      echo whole > \${outputs.text}\`,
  `,
    {},
    undefined,
    8,
  );
  const deploy = deployment.beginDeploy();
  await until("all run", () => deployment.journal().filter(([event]) => event === "start").length === 8);
  await new Promise((resolve) => setTimeout(resolve, 500)); // they have set their traps
  const pids = processesOf(`${deployment.folder}/.locusts`).map(String);
  assert.ok(pids.length >= 17, String(pids.length)); // manager, slots, and shells of jobs
  execFileSync("bash", ["-c", 'kill -TERM "$@" 2>/dev/null || :', "bash", ...pids]);
  await until("the manager has left", () => deployment.journal().some(([event]) => event === "finish"));
  await deploy.outcome;
  const states = [...deployment.jobs().values()].map(({ status }) => status);
  assert.deepEqual(new Set(states), new Set(["pending"]), states.join());
  await deployment.assertQuiet();
});

test("a pilot that its scheduler ends gives its jobs as long as the scheduler gives it", async () => {
  const pilots = new Pilots(
    jobs(1, "trap 'sleep 2; echo saved > $TALLY.saved; exit 1' TERM; while sleep 0.1; do :; done"),
  );
  await pilots.stage(1);
  const pilot = pilots.beginPilot(1, ["--allocation", "7", "--grace", "6"], tallyOf(pilots));
  await until("the job runs", () => pilots.lines("start").length === 1);
  await new Promise((resolve) => setTimeout(resolve, 500)); // it has set its trap
  pilot.child.kill("SIGTERM");
  await pilot.outcome;
  assert.equal(pilots.read("tally.saved"), "saved\n");
  assert.equal(pilots.lines("failed").length, 0);
});

test("what a program of the job has put into a process group of its own ends with the job, too, before the next try", async () => {
  const deployment = new Deployment("");
  const log = deployment.path("log");
  deployment.define(`
    jobs: list("id", ["timeout", "jobs"]),
    limits: { time: "1s", retries: 1 },
    command: ({ params }) => sh\`
      [[ \${params.id} == timeout ]] || set -m
      begin() { if [[ \${params.id} == timeout ]]; then timeout 100 "$@"; else "$@"; fi; }
      begin bash -c 'trap "sleep 1; echo saved >> ${log}; exit" TERM; echo begun >> ${log}; while :; do sleep 0.1; done'
      echo went on >> ${log}\`,`);
  const { report } = await deployment.deploy();
  assert.deepEqual(report.failures.map(({ job, cause }) => `${job} ${cause}`).sort(), [
    "jobs timeout",
    "timeout timeout",
  ]);
  const lines = deployment.read("log").trimEnd().split("\n");
  assert.deepEqual(lines.toSorted(), [...Array(4).fill("begun"), ...Array(4).fill("saved")]);
  await deployment.assertQuiet();
});

test("cancel ends a deploy that somebody has suspended by Ctrl-Z, too", async () => {
  const deployment = new Deployment('jobs: range("i", 1, 9), command: ({ params }) => sh`sleep 30; : ${params.i}`,');
  const { child, outcome } = deployment.begin(["deploy"]);
  await until("jobs run", () => deployment.journal().some(([event]) => event === "start"));
  child.kill("SIGSTOP");
  const { exitCode, stderr } = await deployment.verb(["cancel"]);
  assert.equal(exitCode, 0, stderr);
  await outcome;
  await deployment.assertQuiet();
});

test("a run with a job that is suspended can be stopped: its slot is told, and ends by itself", async () => {
  const deployment = new Deployment('jobs: range("i", 1, 2), command: () => sh`kill -STOP $BASHPID`,');
  const { child, outcome } = deployment.begin(["deploy"]);
  await until("both are suspended", () => deployment.journal().filter(([event]) => event === "start").length === 2);
  await new Promise((resolve) => setTimeout(resolve, 500)); // the slots look at them from time to time now
  child.kill("SIGINT");
  await outcome;
  assert.deepEqual(
    deployment
      .journal()
      .filter(([event]) => event === "stopped")
      .map(([, job, , cause, code]) => [job, cause, code])
      .sort(),
    [
      ["1", "stopped", "143"],
      ["2", "stopped", "143"],
    ],
  );
  await deployment.assertQuiet();
});

test.run();
