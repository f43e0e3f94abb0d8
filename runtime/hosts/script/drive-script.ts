import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { readAfterMark } from "./after-mark.js";
import type { PackedScript } from "./packed-script.js";
import { ConnectionLost, type Ended, type RunOptions, type StartedScript } from "./script-run.js";
import { type StartLimits, StartWatch } from "./start-watch.js";

/** It was not even begun, and neither input nor output were touched: it may be tried again. */
export class StartRefused extends Error {
  override readonly name = "StartRefused";
}

/**
 * Feeds a script, takes what it says, and waits for its end.
 *
 * @param name of the host, for messages
 * @throws ConnectionLost if the connection breaks, or the time is over
 * @throws RuntimeProblem if no bash was run
 * @throws StartRefused as `limits` say
 * @throws whatever `input` or `output` failed with; the script is given up then
 */
export async function driveScript(
  started: StartedScript,
  packed: PackedScript,
  options: RunOptions,
  name: string,
  limits: StartLimits = {},
): Promise<Ended> {
  const { input, output, timeout } = options;
  let timer: NodeJS.Timeout | undefined;
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  if (timeout !== undefined) {
    const message = `${name} was silent: a script did not end within ${timeout / 1000} s`;
    timer = setTimeout(() => fail(new ConnectionLost(message)), timeout);
  }
  // A script may well end before it has read everything.
  started.stdin.on("error", () => {});

  const spoken: Buffer[] = [];
  const watch = new StartWatch(started, name, limits, fail);
  try {
    const stderr = readAfterMark(started.stderr, packed.mark, () => watch.collect(started.stderr));
    const stdout = readAfterMark(started.stdout, packed.mark, () => {
      pass(started.stdout, output ?? spoken, fail);
      if (watch.begun()) feed(started.stdin, packed.preamble, input, fail);
    });
    watch.noise = () => `${stderr.noise()}\n${stdout.noise()}`;
    const { code, signal } = await Promise.race([started.ended, failed]);
    const [start, said] = await Promise.race([Promise.all([stdout.ended, stderr.ended]), failed]);
    if (!start && limits.isRefused?.(watch.noise())) throw new StartRefused(watch.noise());
    const problem = watch.problem(start);
    if (problem) throw problem;
    limits.hasWorked = true;
    if (output) await Promise.race([end(output), failed]);
    dropInput(input, started.stdin);
    // Where the stream was closed before its mark, what there is are bash's own words.
    const stderrText = said ? watch.collected() : stderr.noise();
    return {
      code: code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0),
      stdout: Buffer.concat(spoken).toString("utf8"),
      stderr: stderrText,
    };
  } catch (error) {
    started.stop();
    throw error instanceof StartRefused ? error : abandonStart(options, error);
  } finally {
    clearTimeout(timer);
    watch.end();
  }
}

/** Nobody will read or write any more. @returns the error */
export function abandonStart<T>({ input, output }: RunOptions, error: T): T {
  // What reads it must not take a part for the whole.
  output?.destroy(error as Error);
  dropInput(input);
  return error;
}

function dropInput(input: RunOptions["input"], stdin?: Writable): void {
  if (!input || Buffer.isBuffer(input)) return;
  input.unpipe(stdin);
  input.destroy();
}

function feed(stdin: Writable, preamble: Buffer, input: RunOptions["input"], fail: (error: unknown) => void): void {
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
