import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { RuntimeProblem } from "../../workspace.js";
import { ConnectionLost, type Ended, type RunOptions } from "../host.js";
import { readAfterMark } from "./after-mark.js";
import type { PackedScript } from "./packed-script.js";

/** A packed script that has just been started, here or elsewhere. */
export interface StartedScript {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /**
   * How it ended, when its streams have ended too.
   *
   * @throws ConnectionLost if that cannot be known any more
   */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** Gives it up. */
  stop(): void;
}

/** More of what a script says on standard error is not kept, in characters. */
const STDERR_KEPT = 1_000_000;

/**
 * Feeds a script, takes what it says, and waits for its end.
 *
 * @param name of the host, for messages
 * @throws ConnectionLost if the connection breaks, or the time is over
 * @throws RuntimeProblem if no bash was run
 * @throws whatever `input` or `output` failed with; the script is given up then
 */
export async function driveScript(
  started: StartedScript,
  packed: PackedScript,
  { input, output, timeout }: RunOptions,
  name: string,
): Promise<Ended> {
  let timer: NodeJS.Timeout | undefined;
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  if (timeout !== undefined) {
    const words = `${name} was silent: a script did not end within ${timeout / 1000} s`;
    timer = setTimeout(() => fail(new ConnectionLost(words)), timeout);
  }

  const spoken: Buffer[] = [];
  try {
    feed(started.stdin, packed.preamble, input, fail);
    const stderr = collectAfterMark(started.stderr, packed.mark);
    const stdout = readAfterMark(started.stdout, packed.mark, () => pass(started.stdout, output ?? spoken, fail));
    const { code, signal } = await Promise.race([started.ended, failed]);
    const [start, words] = await Promise.race([Promise.all([stdout, stderr]), failed]);
    if (!start.found) throw noBash(name, `${words}\n${start.noise}`.trim());
    if (output) await Promise.race([end(output), failed]);
    return { code: code ?? 128 + signalNumber(signal), stdout: Buffer.concat(spoken).toString("utf8"), stderr: words };
  } catch (error) {
    started.stop();
    // What reads it must not take a part for the whole.
    output?.destroy(error as Error);
    throw error;
  } finally {
    clearTimeout(timer);
    if (input && !Buffer.isBuffer(input)) {
      input.unpipe(started.stdin);
      input.destroy();
    }
  }
}

function feed(stdin: Writable, preamble: Buffer, input: RunOptions["input"], fail: (error: unknown) => void): void {
  // A script may well end before it has read everything.
  stdin.on("error", () => {});
  stdin.write(preamble);
  if (input === undefined) stdin.end();
  else if (Buffer.isBuffer(input)) stdin.end(input);
  else {
    input.once("error", fail);
    input.once("close", () => {
      if (!input.readableEnded) fail(new Error("the input was closed before its end"));
    });
    input.pipe(stdin);
  }
}

function pass(stdout: Readable, to: Writable | Buffer[], fail: (error: unknown) => void): void {
  if (Array.isArray(to)) {
    stdout.on("data", (chunk: Buffer) => void to.push(chunk));
    return;
  }
  to.once("error", fail).once("close", () => fail(new Error("the output was closed before its end")));
  stdout.pipe(to, { end: false });
}

function end(output: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    output.once("finish", resolve).once("error", reject);
    output.end();
  });
}

function collectAfterMark(stream: Readable, mark: string): Promise<string> {
  let text = "";
  return new Promise((resolve) => {
    const finish = (): void => {
      const at = text.indexOf(`${mark}\n`);
      resolve(at === -1 ? text : text.slice(at + mark.length + 1));
    };
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      if (text.length < STDERR_KEPT) text += chunk;
    });
    stream.once("end", finish).once("close", finish).once("error", finish);
  });
}

function signalNumber(signal: string | null): number {
  return constants.signals[signal as NodeJS.Signals] ?? 0;
}

function noBash(name: string, words: string): RuntimeProblem {
  const said = words === "" ? "without a word" : `and says: ${words.slice(-500)}`;
  return new RuntimeProblem(
    `${name} does not run bash ${said}`,
    `see whether this works: ssh ${name} bash --version; bash, head and the account's login shell must be there`,
  );
}
