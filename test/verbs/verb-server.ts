/**
 * Runs verbs one after another in one process, which has the libraries loaded that most of a short verb's time goes to:
 * TypeScript, above all. The command line itself is made anew for each verb, so that nothing is left of the last one.
 *
 *     node verb-server.js FOLDER
 *
 * Its standard output and error are the files `out` and `err` of FOLDER. It takes an order per connection at the socket
 * `verbs` there, a line of JSON, one at a time: whoever comes meanwhile is told `null`. It ends with its parent, which it
 * tells when it is ready.
 */
import { fstatSync, openSync, readFileSync, readSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { createServer, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { nameFilesInErrors } from "../../runtime/cli/name-files-in-errors.js";
import { explainSystemError } from "../../runtime/system/system-errors.js";
import { keepDeclarations } from "./keep-declarations.js";
import type { VerbAnswer, VerbOrder } from "./verb-order.js";

/** When it takes so much memory, in bytes, another one has to take over. */
const LARGEST = 700e6;

const folder = process.argv[2] as string;
const FILE = fileURLToPath(new URL("../../runtime/cli/locusts.cjs", import.meta.url));
const require = createRequire(FILE);
let script: Script | undefined;

/** The command line, as if nobody had used it yet. */
function makeCommandLine() {
  script ??= new Script(Module.wrap(readFileSync(FILE, "utf8")), { filename: FILE });
  const module = new Module(FILE);
  script.runInThisContext()(module.exports, require, module, FILE, dirname(FILE));
  return module.exports as typeof import("../../runtime/cli/run.js");
}

/** What has been written to a file since it was read last. */
class Written {
  readonly #file: number;
  #end = 0;

  constructor(path: string) {
    this.#file = openSync(path, "r");
  }

  read(): string {
    const data = Buffer.alloc(fstatSync(this.#file).size - this.#end);
    this.#end += readSync(this.#file, data, 0, data.length, this.#end);
    return data.toString();
  }
}

/** How many things keep this process alive. */
const countHolders = () => process.getActiveResourcesInfo().length;

async function obey({ words, folder: at, environment, umask }: VerbOrder): Promise<number> {
  // esbuild is a process of its own, which is to belong to no verb.
  if (!commandLine) await (require("esbuild") as typeof import("esbuild")).transform("");
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
  process.umask(umask);
  process.chdir(at);
  const [holders, atEnd] = [countHolders(), process.listeners("exit")];
  commandLine = makeCommandLine();
  const code = await commandLine.run(words);
  // A process of its own would not end before, either.
  while (countHolders() > holders) await sleep(2, undefined, { ref: false });
  for (const listener of process.listeners("exit").filter((each) => !atEnd.includes(each))) {
    listener.call(process, code);
    process.off("exit", listener);
  }
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners("error");
  process.chdir("/");
  return code;
}

let client: Socket | undefined;
let commandLine: ReturnType<typeof makeCommandLine> | undefined;
const [stdout, stderr] = [new Written(join(folder, "out")), new Written(join(folder, "err"))];

function answer(exitCode: number, isLast: boolean): void {
  const asked = client;
  const said: VerbAnswer = { exitCode, stdout: stdout.read(), stderr: stderr.read() };
  if (isLast) server.close();
  client = undefined;
  asked?.end(JSON.stringify(said), () => isLast && process.exit());
}

keepDeclarations(require);
// As in the command line's own process.
nameFilesInErrors();
process.on("uncaughtException", (error) => {
  const words = explainSystemError(error);
  if (words) process.stderr.write(`error: ${words.message}\n  hint: ${words.hint}\n`);
  answer(words ? 1 : (commandLine?.sayUnexpected(error) ?? 1), true);
});

process.chdir("/");

const server = createServer((socket) => {
  // Who does not wait any more was killed, and so is what it has started.
  socket.on("error", () => {}).on("close", () => client === socket && process.exit(1));
  if (client) return void socket.resume().end("null");
  client = socket;
  let text = "";
  socket.setEncoding("utf8").on("data", (more) => {
    text += more;
    if (!text.endsWith("\n")) return;
    obey(JSON.parse(text)).then(
      (code) => answer(code, process.memoryUsage.rss() > LARGEST),
      (error) => setImmediate(() => Promise.reject(error)),
    );
  });
});
server.listen(join(folder, "verbs"), () => process.send?.("ready"));
process.on("disconnect", () => process.exit());
