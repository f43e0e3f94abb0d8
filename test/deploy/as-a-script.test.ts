import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { suite } from "../runner/suite.js";
import { Deployment } from "./deployment.js";

/** A command, or a line of a list, does what it would do as a script of its own. */
const test = suite("as a script");

/** What each of some commands prints, and the exit code of those that fail. */
async function outcomes(commands: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const cases = Object.entries(commands).map(([name, text]) => `${name})\n${text}\n;;`);
  const deployment = new Deployment(
    `jobs: list("id", ${JSON.stringify(Object.keys(commands))}),
    outputs: { said: optional("{id}.said") },
    command: ({ params }) => sh\`
      exec > \${params.id}.said
      case \${params.id} in
      ${cases.join("\n").replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${")}
      esac\`,`,
  );
  const { report } = await deployment.deploy();
  await deployment.assertQuiet();
  const codes = report.failures.map(({ job, exitCode }) => [job, `exit ${exitCode}`]);
  const said = Object.keys(commands)
    .filter((name) => !codes.some(([job]) => job === name))
    .map((name) => [name, deployment.read(`results/${name}.said`)]);
  return Object.fromEntries([...said, ...codes]);
}

test("what it has declared is still there for its trap, and only what it sets a trap for runs it", async () => {
  assert.deepEqual(
    await outcomes({
      declared: `set -u; declare -a own=(a b); trap 'echo "\${own[@]}" $# $SECONDS' EXIT; set -- x y z; :`,
      failing: "trap 'echo $?' EXIT; [[ -e nothing ]] && :",
      errors: "trap 'echo failed; exit 9' ERR; n=$(grep -c zzz /dev/null; true); echo $n",
      once: "set +e; trap 'echo failed' ERR; f() { false; true; }; f; false; true",
      variables:
        "compgen -v | grep -vxF \"$(compgen -e)\" | grep '^[a-z]' | grep -vE '^(locusts|in|out|param)_' || echo none",
    }),
    { declared: "a b 3 0\n", failing: "exit 1", errors: "0\n", once: "failed\n", variables: "none\n" },
  );
});

test("setsid as the last program is waited for, and its exit code counts", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["good", "bad"]),
    outputs: { text: optional("{id}.txt") },
    command: ({ params }) => sh\`setsid bash -c 'sleep 0.3; echo $0 > $0.txt; [[ $0 == good ]]' \${params.id}\`,
  `);
  const { report } = await deployment.deploy();
  assert.deepEqual(
    report.failures.map(({ job, cause, exitCode }) => [job, cause, exitCode]),
    [["bad", "exit", 1]],
  );
  assert.equal(deployment.read("results/good.txt"), "good\n");
});

test("what reads from the command itself by >(…) ends with it, after its trap has written", async () => {
  const deployment = new Deployment(`
    jobs: list("id", ["plain", "trap", "exits"]),
    outputs: { log: "{id}.log" },
    command: ({ params, outputs }) => sh\`
      exec > >(sleep 0.2; cat > \${outputs.log})
      case \${params.id} in
        trap) own() { echo "ended by $?"; }; trap own EXIT ;;
        exits) echo left; exit 0 ;;
      esac
      echo \${params.id}\`,`);
  await deployment.succeed();
  assert.equal(deployment.read("results/plain.log"), "plain\n");
  assert.equal(deployment.read("results/trap.log"), "trap\nended by 0\n");
  assert.equal(deployment.read("results/exits.log"), "left\n");
});

test("a line of a list ends as by hand, with what it has put into the background", async () => {
  const lines = [
    "(sleep 0.3; echo 1 > 1.txt) & exit 0",
    "(sleep 0.3; echo 2 > 2.txt) & exec true",
    "exec > >(sleep 0.2; cat > 3.txt); echo 3",
    "coproc cat; echo 4 > 4.txt",
    "declare own=5; trap 'echo $own > 5.txt' EXIT",
    "IFS=01; echo 6 > 6.txt",
    "echo 7$SECONDS > 7.txt",
    "IFS=0; sh -c 'exit 10'",
  ];
  const deployment = new Deployment('jobs: commands("tasks.txt"),', { "tasks.txt": `${lines.join("\n")}\n` });
  const { report } = await deployment.deploy();
  assert.deepEqual(
    report.failures.map(({ job, cause, exitCode }) => [job, cause, exitCode]),
    [["8", "exit", 10]],
  );
  const found = readdirSync(deployment.path(".")).filter((name) => /^\d\.txt$/.test(name));
  assert.deepEqual(
    found.sort().map((name) => deployment.read(name)),
    ["1\n", "2\n", "3\n", "4\n", "5\n", "6\n", "70\n"],
  );
  await deployment.assertQuiet();
});

test("a line that another program runs finds its number", async () => {
  const deployment = new Deployment(
    'jobs: commands("tasks.txt"), command: ({ params }) => sh`bash -c ${params.line}`,',
    {
      "tasks.txt": "echo a > $param_number.txt\n\necho b > $param_number.txt\n",
    },
  );
  await deployment.succeed();
  assert.equal(deployment.read("1.txt") + deployment.read("3.txt"), "a\nb\n");
});

test.run();
