import assert from "node:assert/strict";
import { suite } from "../runner/suite.js";
import { Deployment } from "./deployment.js";

/** Whatever a job does to its shell, the others are none the wiser. */
const test = suite("a job and its neighbours");

type Deed = readonly [deed: string, cause: string, exitCode: number];

/** What some jobs do, and how they end by that: the cause and the exit code, or `ok`. */
const DEEDS: Readonly<Record<string, Deed>> = {
  strict: ["set -u; shopt -s nullglob failglob; set -f", "ok", 0],
  lax: ["set +e; false; set +o pipefail; false | true", "ok", 0],
  noclobber: ["set -C; : > a; ! (: > a) 2> /dev/null", "ok", 0],
  separator: ["IFS=x; PATH=$PATH:/nowhere; LC_ALL=C", "ok", 0],
  impostor: [
    "locusts_note() { :; }; locusts_publish() { exit 9; }; printf() { :; }; wait() { :; }; kill() { :; }; read() { :; }; export -f printf kill read",
    "ok",
    0,
  ],
  aliases: ["shopt -s expand_aliases; alias printf=false", "ok", 0],
  variables: ["locusts_life=/tmp locusts_number=1 locusts_slot=9; export locusts_folder=/ locusts_code=7", "ok", 0],
  deaf: ["exec 0<&- 1>&- 2>&- 3>&- 4>&- 5>&- 6>&- 9>&- 10>&- 11>&- 12>&- 13>&- 63>&- 255>&-", "ok", 0],
  shadows: ["sleep 600 & (sleep 601 &) ; nohup sleep 602 &", "ok", 0],
  daemon: ["setsid sleep 603 & setsid bash -c 'cd /; exec sleep 604 > /dev/null 2>&1 < /dev/null' &", "ok", 0],
  crowd: ["for i in {1..500}; do : > file_$i; done; head -c 1000000 /dev/zero > large", "ok", 0],
  wanderer: ["cd /; umask 0777; ulimit -n 20; ulimit -c 0", "ok", 0],
  traps: ["trap 'echo bye' EXIT; trap '' INT HUP; trap 'true' ERR DEBUG", "ok", 0],
  exits: ["exit 0", "ok", 0],
  returns: ["return 3", "exit", 3],
  highest: ["exit 255", "exit", 255],
  replaced: ["exec false", "exit", 1],
  unknown: ["no-such-program-anywhere", "exit", 127],
  fails: ["false; touch not-reached", "exit", 1],
  pipe: ["false | cat; touch not-reached", "exit", 1],
  breaks: ["break 2; continue; true", "ok", 0],
  unset: ["set -u; : $no_such_variable", "exit", 1],
  syntax: ["eval 'if then'", "exit", 2],
  self: ["kill -9 $BASHPID", "signal", 137],
  gentle: ["kill -TERM $BASHPID; sleep 9", "signal", 143],
  group: ["kill 0; sleep 9", "signal", 143],
  hardgroup: ["kill -9 0; sleep 9", "signal", 137],
  crash: ["ulimit -c 0; kill -SEGV $BASHPID", "signal", 139],
  shell: ["kill -9 $$; sleep 9", "signal", 137],
  shellterm: ["kill $$; sleep 9", "signal", 143],
  shellhup: ["kill -HUP $$; sleep 9", "signal", 129],
  shellint: ["kill -INT $$; sleep 9", "signal", 130],
  shelluser: ["kill -USR1 $$; sleep 0.3", "signal", 138],
  // What is only stopped has not ended.
  stops: ['me=$BASHPID; setsid bash -c "sleep 0.3; kill -CONT $me" & kill -STOP $me', "ok", 0],
};
const names = Object.keys(DEEDS);

/** Between any two that do something there is one that minds its own business. */
const SWARM = (deeds: readonly string[]) => `
  jobs: list("id", ${JSON.stringify(deeds.flatMap((name, i) => [name, `quiet_${i}`, `still_${i}`]))}),
  outputs: { text: "{id}.txt" },
  command: ({ outputs, params }) => sh\`
    folder=$PWD
    [[ $- == *e* && $- != *u* && $- != *C* && $- != *m* && $- != *f* ]]
    shopt -qo pipefail; ! shopt -q nullglob; ! shopt -q extglob
    [[ $IFS == $' \\t\\n' ]]
    [[ $(umask) == 0022 && $(ulimit -n) -gt 20 ]]
    ! declare -F printf wait kill read; [[ $BASH_SUBSHELL == 1 && $# == 0 ]]
    printf '%s\\n' \${params.id} > \${outputs.text}
    case \${params.id} in
${deeds.map((name) => `      ${name}) ${(DEEDS[name] as Deed)[0].replaceAll("${", "\\${")} ;;`).join("\n")}
    esac\`,
`;

function assertEnds(deployment: Deployment, deeds: readonly string[]): void {
  const jobs = deployment.jobs();
  const ends = [...jobs.values()].map(({ name, cause, exit_code }) => `${name} ${cause} ${exit_code}`);
  const expected = [...jobs.keys()].map((name) => {
    const [, cause, exitCode] = deeds.includes(name) ? (DEEDS[name] as Deed) : ["", "ok", 0];
    return `${name} ${cause} ${exitCode}`;
  });
  assert.deepEqual(ends, expected);
  const good = expected.filter((line) => line.includes(" ok ")).map((line) => `${line.split(" ")[0]}.txt`);
  assert.deepEqual(deployment.results(), good.sort());
  for (const path of good) assert.equal(deployment.result(path), `${path.slice(0, -4)}\n`);
  for (const job of jobs.values()) assert.equal(job.attempts, "1", job.name);
}

for (const slots of [1, 3]) {
  test(`none of ${names.length} deeds harms another job, with ${slots} ${slots === 1 ? "slot" : "slots"}`, async () => {
    const deployment = new Deployment(SWARM(names), {}, undefined, slots);
    const { exitCode, report, stderr } = await deployment.deploy();
    assert.equal(exitCode, 3, stderr);
    assert.equal(report.end.how, "complete");
    assertEnds(deployment, names);
    await deployment.assertQuiet();
  });
}

test("a job that kills its shell costs nothing but itself, however many jobs follow", async () => {
  const deployment = new Deployment(
    `
    jobs: range("i", 1, 150),
    outputs: { text: "{i}.txt" },
    command: ({ outputs, params }) => sh\`
      echo \${params.i} > \${outputs.text}
      (( \${params.i} % 50 )) || kill -9 $$\`,
  `,
    {},
    undefined,
    1,
  );
  const { exitCode, report } = await deployment.deploy();
  assert.equal(exitCode, 3);
  assert.deepEqual(
    report.failures.map(({ job, cause, exitCode: code }) => [job, cause, code]),
    [
      ["50", "signal", 137],
      ["100", "signal", 137],
      ["150", "signal", 137],
    ],
  );
  assert.equal(report.jobs.done, 147);
  assert.equal(deployment.results().length, 147);
  assert.equal(deployment.manager(), deployment.manager());
  assert.equal(
    deployment.journal().filter(([event]) => event === "manager").length,
    1,
    "the manager was started again",
  );
});

test("what a job leaves in the background is gone before the next one starts", async () => {
  const deployment = new Deployment(
    `
    jobs: range("i", 1, 3),
    command: ({ params }) => sh\`
      if [[ -e $HOME/left ]]; then sleep 0.2; ! grep -q sleep /proc/$(cat $HOME/left)/cmdline || exit 9; fi
      sleep 600 & echo $! > $HOME/left; : \${params.i}\`,
  `,
    {},
    undefined,
    1,
  );
  await deployment.succeed([], { HOME: deployment.folder });
});

test("a job that kills its manager is given up after some tries, and the others finish", async () => {
  const deployment = new Deployment(`
    jobs: range("i", 1, 8),
    outputs: { text: "{i}.txt" },
    command: ({ outputs, params }) => sh\`
      sleep 0.1
      [[ \${params.i} != 5 ]] || { kill -9 $PPID; sleep 5; }
      echo \${params.i} > \${outputs.text}\`,
  `);
  const { exitCode, report, stderr } = await deployment.deploy();
  assert.equal(exitCode, 3, stderr);
  assert.deepEqual(
    report.failures.map(({ job, cause }) => [job, cause]),
    [["5", "node"]],
  );
  assert.equal(report.jobs.done, 7);
  await deployment.assertQuiet();
});

test.run();
