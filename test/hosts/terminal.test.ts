import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { noCluster } from "../cluster/availability.js";
import { suite } from "../runner/suite.js";

const test = suite("questions on the terminal");
const module = fileURLToPath(new URL("../../runtime/hosts/ssh/terminal.js", import.meta.url));

/** Asks in a process with a terminal, but with other standard streams, and types `keys` there. */
async function askAndType(echo: boolean, keys: string): Promise<string> {
  const question = JSON.stringify({ about: "me@lab", prompt: "Password: ", echo });
  const program = `
    const { askOnTerminal } = await import(${JSON.stringify(module)});
    const answer = await askOnTerminal(${question}).catch((error) => error.name);
    console.log("got " + JSON.stringify(answer));`;
  const command = `'${process.execPath}' --input-type=module -e '${program}' < /dev/null 2>&1 | cat`;
  const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let seen = "";
  let typed = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    seen += text;
    if (typed || !seen.includes("Password: ")) return;
    typed = true;
    child.stdin.write(keys);
  });
  await new Promise((resolve) => child.once("close", resolve));
  return seen;
}

const check = (name: string, use: () => Promise<void>): void => test.skipUnless(!noCluster, noCluster ?? "", name, use);

check("what is typed is not shown, and may be fixed", async () => {
  const seen = await askAndType(false, "secrex\u007ft\r");
  assert.match(seen, /\(me@lab\) Password: \r+\n/);
  assert.match(seen, /got "secret"/);
});

check("where it may be seen, it is", async () => {
  assert.match(await askAndType(true, "123\r"), /Password: 123\r+\n[\s\S]*got "123"/);
});

check("Ctrl-C is no answer", async () => {
  assert.match(await askAndType(false, "\u0003"), /got "NobodyToAsk"/);
});

test.run();
