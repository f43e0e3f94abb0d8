import { closeSync, existsSync, fsyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { readLines } from "../../compiler/format/lines.js";
import { decodeRow, encodeRow } from "../../compiler/format/tsv.js";

/** Why a try of a job ended. */
export type Cause =
  | "ok"
  | "exit"
  | "signal"
  | "timeout"
  | "oom"
  | "walltime"
  | "preempted"
  | "node"
  | "missing-output"
  | "stopped";

/** What is known of an output: its bytes, or why it has not come home. */
export type OutputState = number | "missing" | "invalid";

/** The result of a job: what became of its last try. */
export interface JobResult {
  readonly key: string;
  readonly name: string;
  readonly status: "done" | "failed";
  readonly cause: Cause;
  readonly exitCode: number;
  /** how many times it was tried */
  readonly attempts: number;
  readonly seconds: number;
  readonly host: string;
  /** which run of which target made it */
  readonly run: string;
  /** in the order of the swarm's outputs */
  readonly outputs: readonly OutputState[];
  /** what was wrong with it, in words; empty if nothing was */
  readonly detail: string;
}

function encode(result: JobResult): string {
  return encodeRow([
    result.key,
    result.name,
    result.status,
    result.cause,
    String(result.exitCode),
    String(result.attempts),
    String(result.seconds),
    result.host,
    result.run,
    result.outputs.join(" "),
    result.detail,
    ".",
  ]);
}

function decode(line: string): JobResult | undefined {
  const fields = decodeRow(line);
  if (fields.length !== 12 || fields[11] !== ".") return undefined; // torn by a crash
  const [key, name, status, cause, exitCode, attempts, seconds, host, run, outputs, detail] = fields as string[];
  return {
    key: key as string,
    name: name as string,
    status: status as JobResult["status"],
    cause: cause as Cause,
    exitCode: Number(exitCode),
    attempts: Number(attempts),
    seconds: Number(seconds),
    host: host as string,
    run: run as string,
    outputs:
      outputs === ""
        ? []
        : (outputs as string).split(" ").map((word) => (/^\d+$/.test(word) ? Number(word) : (word as OutputState))),
    detail: detail as string,
  };
}

/**
 * The results of all jobs that ever ended here, by what identifies them. Only ever appended to; the
 * last line of a job counts. A line is written after the outputs have come home.
 */
export class Ledger {
  readonly #results = new Map<string, JobResult>();
  readonly #names = new Map<string, string>();

  private constructor(readonly path: string) {}

  static open(stateFolder: string): Ledger {
    const ledger = new Ledger(join(stateFolder, "ledger.tsv"));
    for (const result of ledger.history()) ledger.#remember(result);
    return ledger;
  }

  /** Every result that was ever written, the oldest first. */
  *history(): Generator<JobResult> {
    if (!existsSync(this.path)) return;
    for (const line of readLines(this.path)) {
      const result = decode(line);
      if (result) yield result;
    }
  }

  #remember(result: JobResult): void {
    this.#results.set(result.key, result);
    this.#names.set(result.name, result.key);
  }

  get(key: string): JobResult | undefined {
    return this.#results.get(key);
  }

  /** Was a job of this name run before, as whatever it was then? */
  knowsName(name: string): boolean {
    return this.#names.has(name);
  }

  /** Appends results. What a power cut could take back is still in the journals, until `sync`. */
  append(results: readonly JobResult[]): void {
    if (results.length === 0) return;
    const file = openSync(this.path, "a");
    try {
      // A torn last line must not swallow the next one.
      const text = Buffer.from(`\n${results.map(encode).join("")}`);
      for (let at = 0; at < text.length; ) at += writeSync(file, text, at);
    } finally {
      closeSync(file);
    }
    for (const result of results) this.#remember(result);
  }

  /** Makes sure that all that was appended is on the disk. */
  sync(): void {
    if (!existsSync(this.path)) return;
    const file = openSync(this.path, "r+");
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}
