import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { splitWords } from "../../runtime/cli/candidates.js";
import { CLI, Deployment } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";

/** What a shell offers when a command line is completed. */
const test = suite("completion");

test("a command line is read as a shell reads it", () => {
  const of = (line: string) => splitWords(line);
  assert.deepEqual(of("locusts  deploy "), ["locusts", "deploy", ""]);
  assert.deepEqual(of(`a 'b c' "d \\" e" f\\ g'h'`), ["a", "b c", 'd " e', "f gh"]);
  assert.deepEqual(of("a 'b c"), ["a", "b c"]);
});

test("bash completes verbs, options, folders, targets and jobs, without functions of another package", async () => {
  const deployment = new Deployment('jobs: matrix({ a: [1, 2], b: ["it\'s"] }), command: () => sh`true`,');
  deployment.write("sub/inner/swarm.config.ts", "");
  deployment.write("sub/inner/my dir/swarm.config.ts", "");
  deployment.write("sub/other.config.ts", "");
  deployment.write("sub/notes.txt", "");
  deployment.write("lists/tasks.txt", "");
  deployment.write("lists/other.txt", "");
  deployment.write("lists/tasks.txt.locusts/swarm.config.ts", "");
  deployment.write("lists/sub/results/x", "");
  deployment.write("results/x", "");
  assert.equal((await deployment.verb(["build"])).exitCode, 0);
  deployment.write("locusts", `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  chmodSync(deployment.path("locusts"), 0o755);
  // Words as bash takes them apart: at = and : as well.
  const script = `
    PATH=$PWD:$PATH
    source <(locusts completion bash)
    compopt() { :; }
    offer() {
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE=$line COMP_POINT=\${#line}
      _locusts
      (IFS=' '; echo "\${COMPREPLY[*]}")
    }
    line='locusts sta' offer locusts sta
    line='locusts deploy --dr' offer locusts deploy --dr
    line='locusts build sub/' offer locusts build sub/
    line='locusts logs lists/' offer locusts logs lists/
    line='locusts deploy ' offer locusts deploy ''
    line='locusts status -t ' offer locusts status -t ''
    line='locusts deploy --only a=1' offer locusts deploy --only a = 1
    line='locusts logs --job a=2,b=' offer locusts logs --job a = 2,b =
    line='locusts deploy --redo time' offer locusts deploy --redo time
    line='locusts status --target=l' offer locusts status --target = l
    line='locusts logs --target=local --job=a=2' offer locusts logs --target = local --job = a = 2
    line='locusts build sub/inner/my\\ d' offer locusts build 'sub/inner/my\\ d'
    line="locusts build 'sub/inner/my d" offer locusts build "'sub/inner/my d"
    HOME=$PWD
    line='locusts build ~/sub/inner/my' offer locusts build '~/sub/inner/my'
    line='locusts build $HOME/sub/inner/m' offer locusts build '$HOME/sub/inner/m'
    line='locusts status ~ --target ' offer locusts status '~' --target ''
  `;
  const offered = execFileSync("bash", ["--norc", "-c", script], { cwd: deployment.folder, encoding: "utf8" });
  assert.deepEqual(offered.trimEnd().split("\n"), [
    "status",
    "--dry-run",
    "sub/inner/ sub/other.config.ts",
    "lists/sub/ lists/tasks.txt",
    "lists/ sub/ swarm.config.ts",
    "local",
    "1\\,b=it\\'s",
    "it\\'s",
    "timeout",
    "local",
    "2\\,b=it\\'s",
    "sub/inner/my\\ dir/",
    "sub/inner/my dir/",
    "~/sub/inner/my\\ dir/",
    "$HOME/sub/inner/my\\ dir/",
    "local",
  ]);
});

test.run();
