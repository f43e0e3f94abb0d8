import { join } from "node:path";
import { isOlderKey, isSameButCommon, ownPart } from "../../compiler/format/job-key.js";
import { type Cause, NO_VALUE, type OutputState, type PastTry, type Usage } from "../../compiler/format/results.js";
import { AppendOnlyTable, withOther } from "../system/append-only.js";
import { RowIndex } from "../system/row-index.js";
import { STATE_FILES } from "../workspace/workspace.js";
import { decodeTries, encodeTries } from "./past-tries.js";

export interface JobResult extends Usage {
  readonly key: string;
  readonly name: string;
  readonly status: "done" | "failed";
  readonly cause: Cause;
  readonly exitCode: number;
  readonly attempts: number;
  readonly seconds: number;
  readonly host: string;
  /** when its last try began, in milliseconds since 1970; of what earlier versions have collected it is not known */
  readonly start: number | undefined;
  /** which incarnation of a manager ran that, such as `main.1`, and in which of its slots; empty where it is not known */
  readonly manager: string;
  readonly slot: string;
  /** its tries before that, in the same run */
  readonly earlier: readonly PastTry[];
  /** which run of which target made it */
  readonly run: string;
  /** in the order of the swarm's outputs */
  readonly outputs: readonly OutputState[];
  /** what tells the content of each output that was collected, in the same order; empty where it is not known */
  readonly digests: readonly string[];
  /** what was wrong with it, in words; empty if nothing was */
  readonly detail: string;
}

const COLUMNS = [
  ...["key", "name", "status", "cause", "exitCode", "attempts", "seconds", "host", "run", "outputs", "detail"],
  ...["cpuSeconds", "peakMemory", "readBytes", "writtenBytes", "start", "manager", "slot", "earlier"],
] as const;

/** Ledgers of earlier versions do not say what a job has used, nor when and in which slot it ran. */
const FEWEST_COLUMNS = COLUMNS.indexOf("cpuSeconds");

/** An output in the ledger: why it is missing, or its bytes, with what tells its content. */
function encodeOutput(state: OutputState, digest: string | undefined): string {
  return typeof state === "number" && digest ? `${state}:${digest}` : String(state);
}

function encode(result: JobResult): string[] {
  const outputs = result.outputs.map((state, i) => encodeOutput(state, result.digests[i])).join(" ");
  const row = { ...result, outputs, earlier: encodeTries(result.earlier) };
  return COLUMNS.map((column) => String(row[column] ?? NO_VALUE));
}

/** What each line has, by its place. */
type Row = readonly [
  ...[key: string, name: string, status: string, cause: string, exitCode: string, attempts: string, seconds: string],
  ...[host: string, run: string, outputs: string, detail: string],
];

function measured(text: string | undefined): number | undefined {
  return text === undefined || text === NO_VALUE || !/^[\d.]+$/.test(text) ? undefined : Number(text);
}

/** Field by field: there may be millions of rows. */
function decode(fields: readonly string[]): JobResult {
  const [key, name, status, cause, exitCode, attempts, seconds, host, run, outputs, detail] = fields as unknown as Row;
  const words = outputs === "" ? [] : outputs.split(" ").map((word) => word.split(":"));
  const [cpuSeconds, peakMemory, readBytes, writtenBytes, start, manager, slot, earlier] = fields.slice(FEWEST_COLUMNS);
  return {
    key,
    name,
    status: status as JobResult["status"],
    cause: cause as Cause,
    exitCode: Number(exitCode),
    attempts: Number(attempts),
    seconds: Number(seconds),
    host,
    start: measured(start),
    manager: manager ?? "",
    slot: slot ?? "",
    earlier: decodeTries(earlier ?? ""),
    run,
    outputs: words.map(([state]) => (/^\d+$/.test(state as string) ? Number(state) : (state as OutputState))),
    digests: words.map(([, digest]) => digest ?? ""),
    detail,
    cpuSeconds: measured(cpuSeconds),
    peakMemory: measured(peakMemory),
    readBytes: measured(readBytes),
    writtenBytes: measured(writtenBytes),
  };
}

/**
 * The results of all jobs that ever ended here, by what identifies them. Only ever appended to; the
 * last line of a job counts. A line is written after the outputs have been collected.
 */
export class Ledger {
  readonly #table: AppendOnlyTable;
  /** where the rows stand that count of each key. There may be millions: they are read when they are asked for */
  #keys = new RowIndex();
  /** the same of names, and of the parts of keys that are jobs' own; made when a job is asked for whose key is not known */
  #others: { readonly names: RowIndex; readonly ownParts: RowIndex } | undefined;
  /** all that it tells of, such as `local/1` */
  readonly #runs = new Set<string>();
  #latest: JobResult | undefined;
  #olderRows = 0;

  private constructor(stateFolder: string) {
    this.#table = new AppendOnlyTable(join(stateFolder, STATE_FILES.ledger), COLUMNS, FEWEST_COLUMNS);
  }

  static open(stateFolder: string): Ledger {
    const ledger = new Ledger(stateFolder);
    ledger.#readTable();
    return ledger;
  }

  #readTable(): void {
    this.#keys = new RowIndex();
    this.#others = undefined;
    this.#latest = undefined;
    this.#olderRows = 0;
    for (const [place, row] of this.#table.placedRows()) this.#remember(place, row as unknown as Row);
  }

  get isEmpty(): boolean {
    return this.#runs.size === 0;
  }

  /** How many rows have keys as earlier versions made them. */
  get olderRows(): number {
    return this.#olderRows;
  }

  /** Has rows stand for other keys from now on. @param keys the new ones, by the old ones */
  renameKeys(keys: ReadonlyMap<string, string>): void {
    this.#table.rewrite(withOther(this.#table.rows(), 0, keys));
    this.#readTable();
  }

  /** Every result that was ever written, the oldest first. */
  *history(): Generator<JobResult> {
    for (const fields of this.#table.rows()) yield decode(fields);
  }

  /** The number of a target's last run that has a result here; 0 if there is none. */
  lastRun(target: string): number {
    const numbers = [...this.#runs]
      .filter((run) => run.startsWith(`${target}/`))
      .map((run) => Number(run.slice(target.length + 1)));
    return Math.max(0, ...numbers.filter(Number.isSafeInteger));
  }

  #remember(place: number, [key, name, , , , , , , run]: Row): void {
    this.#keys.put(key, place);
    this.#others?.names.put(name, place);
    this.#others?.ownParts.put(ownPart(key), place);
    this.#runs.add(run);
    if (isOlderKey(key)) this.#olderRows += 1;
  }

  #findOthers() {
    if (this.#others) return this.#others;
    const [names, ownParts] = [new RowIndex(), new RowIndex()];
    for (const [place, [key, name]] of this.#table.placedRows()) {
      names.put(name as string, place);
      ownParts.put(ownPart(key as string), place);
    }
    this.#others = { names, ownParts };
    return this.#others;
  }

  #read(place: number | undefined): JobResult | undefined {
    const fields = place === undefined ? undefined : this.#table.rowAt(place);
    return fields && decode(fields);
  }

  get(key: string): JobResult | undefined {
    if (this.#latest?.key === key) return this.#latest; // most are asked for several times in a row
    const result = this.#read(this.#keys.get(key));
    if (result?.key !== key) return undefined;
    this.#latest = result;
    return result;
  }

  /** The last result of a job of this name, as whatever it was then. */
  lastNamed(name: string): JobResult | undefined {
    const result = this.#read(this.#findOthers().names.get(name));
    return result?.name === name ? result : undefined;
  }

  /** The last result of a job: as it is, with another command, under whatever name, or of another one of its name. */
  lastOf({ key, name }: Pick<JobResult, "key" | "name">): JobResult | undefined {
    const result = this.get(key) ?? this.#read(this.#findOthers().ownParts.get(ownPart(key)));
    return result && isSameButCommon(result.key, key) ? result : this.lastNamed(name);
  }

  /** Appends results. What a power cut could take back is still in the journals, until `sync`. */
  append(results: readonly JobResult[]): void {
    const added = this.#table.append(results.map(encode));
    for (const [place, row] of added) this.#remember(place, row as unknown as Row);
    this.#latest = undefined;
  }

  /** Makes sure that all that was appended is on the disk. */
  sync(): void {
    this.#table.sync();
  }
}
