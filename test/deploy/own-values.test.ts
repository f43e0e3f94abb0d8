import assert from "node:assert/strict";
import { refuseVariable } from "../../compiler/plan/refuse-variable.js";
import { suite } from "../runner/suite.js";
import { Deployment } from "./deployment.js";

/** What a job has of its own, whatever else is called so. */
const test = suite("own values");

test("a job's own values come before what the environment has under their names", async () => {
  const deployment = new Deployment(
    `
    jobs: list("id", ["a", "b"]),
    inputs: { text: "in.txt" },
    outputs: { o: checked("{id}.txt", ({ output }) => sh\`grep -q "^[ab] text" \${output}\`) },
    command: ({ inputs, outputs, params }) => sh\`echo \${params.id} $(cat \${inputs.text}) $output > \${outputs.o}\`,
  `,
    { "in.txt": "text\n" },
  );
  // What the definition has, what a check has, and what the manager itself has.
  const own = { param_id: "wrong", in_text: "wrong", out_o: "/wrong" };
  const others = {
    output: "theirs",
    locusts_slots: "0",
    locusts_run: "wrong",
    locusts_lib: "wrong",
    locusts_folder: "wrong",
  };
  await deployment.succeed([], { ...own, ...others });
  assert.equal(deployment.result("a.txt"), "a text theirs\n");
  assert.equal(deployment.result("b.txt"), "b text theirs\n");
});

test("a program gets each value of a param as the definition has it, where it has several types", async () => {
  const program = `
    import { writeFileSync } from "node:fs";
    import { program } from "locusts";
    import type swarm from "./swarm.config.js";
    export default program<typeof swarm>(({ outputs, params }) => writeFileSync(outputs.o, JSON.stringify(params)));
  `;
  const over = (depths: string) => `
    jobs: list("depth", [${depths}]),
    jobName: "d{depth}",
    outputs: { o: "d{depth}.json" },
    command: () => node("./p.ts"),
  `;
  const deployment = new Deployment(over('"auto", 10, "0x10", "007", "1 ", true'), { "p.ts": program });
  await deployment.succeed();
  const values = ["auto", 10, "0x10", "007", "1 ", true];
  for (const depth of values) assert.equal(deployment.result(`d${depth}.json`), JSON.stringify({ depth }));
  deployment.define(over('10, "auto", "7", "8"'));
  const { exitCode, stderr } = await deployment.deploy();
  assert.equal(exitCode, 1);
  assert.match(
    stderr,
    /^swarm\.config\.ts:\d+:\d+.* the param depth is the text "7" in a job and a number in another: a program cannot tell "7" from 7$/m,
  );
});

test("each variable that bash has a use for is refused, or is there for the job's programs as it was said", async () => {
  const names = [
    ...["BASH", "BASH_ARGV0", "BASH_COMPAT", "BASH_ENV", "BASH_LOADABLES_PATH", "BASH_VERSION", "CHILD_MAX", "COLUMNS"],
    ...["COMPREPLY", "COMP_CWORD", "COMP_LINE", "COMP_WORDBREAKS", "COPROC", "ENV", "EXECIGNORE", "FIGNORE"],
    ...["GLOBIGNORE", "HISTCMD", "HISTFILE", "HISTSIZE", "HOSTFILE", "HOSTNAME", "HOSTTYPE", "IFS", "IGNOREEOF"],
    ...["INPUTRC", "LINES", "MACHTYPE", "MAIL", "MAILCHECK", "MAPFILE", "OPTARG", "OPTERR", "OPTIND", "OSTYPE", "PPID"],
    ...["PROMPT_COMMAND", "PS0", "PS1", "PS2", "PS3", "PS4", "PWD", "RANDOM", "READLINE_LINE", "REPLY", "SECONDS"],
    ...["SHELL", "SHELLOPTS", "SHLVL", "SRANDOM", "TERM", "TIMEFORMAT", "TMOUT", "UID", "auto_resume", "histchars"],
  ].filter((name) => refuseVariable(name, "77") === undefined);
  const deployment = new Deployment(`
    jobs: list("id", ["a"]),
    environment: { variables: { ${names.map((name) => `${name}: 77`).join(", ")} } },
    outputs: { there: "there" },
    command: ({ outputs, params }) => sh\`env > \${outputs.there}; : \${params.id}\`,`);
  await deployment.succeed();
  const there = deployment.result("there").split("\n");
  assert.deepEqual(
    names.filter((name) => !there.includes(`${name}=77`)),
    [],
  );
});

test.run();
