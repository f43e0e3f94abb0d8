import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { VerbServer } from "./start-verb-server.js";
import { VERB_SERVER, type VerbAnswer, type VerbOrder } from "./verb-order.js";

export const CLI = fileURLToPath(new URL("../../runtime/cli/bin.js", import.meta.url));

/** What Node reads once, when it starts. */
const OF_NODE = /^(?:LANG|LANGUAGE|LC_.*|NODE_.*|TZ)$/;

/** How a verb ended. */
export interface VerbOutcome extends Omit<VerbAnswer, "exitCode"> {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Where a server of the runner's listens; `apart` has each verb run in a process of its own, as everywhere else. */
const given = process.env[VERB_SERVER];
// Programs that a test starts have nothing to do with it.
delete process.env[VERB_SERVER];

let server: { readonly folder: string } | undefined = given === undefined ? undefined : { folder: given };
let starting: Promise<void> | undefined;

/**
 * Runs a verb to its end, in a process that has its libraries loaded, where that makes no difference. Tests of what
 * becomes of the process itself, by signals, limits or its streams, start one instead.
 *
 * @param env beside the environment of this process; undefined for what is to be missing
 */
export async function runVerb(
  words: readonly string[],
  folder: string,
  env: NodeJS.ProcessEnv = {},
): Promise<VerbOutcome> {
  const environment = { ...process.env, ...env };
  const needsOwn = given === "apart" || Object.keys(env).some((name) => OF_NODE.test(name));
  return (
    (needsOwn ? undefined : await ask({ words, folder, environment, umask: process.umask() })) ??
    (await runApart(words, folder, environment))
  );
}

/** Has a server run it; undefined if it is at work already: then verbs are to run beside each other. */
async function ask(order: VerbOrder): Promise<VerbOutcome | undefined> {
  for (;;) {
    await starting;
    try {
      if (server) return await tell(server, order);
    } catch {
      // It has ended, since it had become too large.
    }
    starting ??= startServer();
  }
}

async function startServer(): Promise<void> {
  server = await new VerbServer().ready();
  starting = undefined;
}

/** @throws Error if nobody listens */
async function tell({ folder }: { readonly folder: string }, order: VerbOrder): Promise<VerbOutcome | undefined> {
  const socket = connect(join(folder, "verbs"));
  await once(socket, "connect");
  socket.write(`${JSON.stringify(order)}\n`);
  let text = "";
  socket.setEncoding("utf8").on("data", (more) => {
    text += more;
  });
  // Where it ends in the middle of its work, it says nothing.
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("close", resolve));
  if (text === "")
    return { exitCode: null, signal: "SIGKILL", stdout: "", stderr: "the process of the verb has ended" };
  const answer = JSON.parse(text) as VerbAnswer | null;
  return answer ? { ...answer, signal: null } : undefined;
}

function runApart(words: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<VerbOutcome> {
  const child = spawn(process.execPath, [CLI, ...words], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode, signal) => resolve({ exitCode, signal, ...said }));
  });
}
