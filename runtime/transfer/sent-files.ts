import { hash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { Readable } from "node:stream";
import { BUNDLE_FILES, type Upload } from "../../compiler/format/bundle.js";
import { MACHINERY_FOLDER, machineryFiles } from "../../compiler/format/machinery.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import type { Host } from "../hosts/host.js";
import { loadScript, type ScriptName } from "../hosts/load-script.js";
import { records, runScript, scriptProblem } from "../hosts/run-script.js";
import { ConnectionLost } from "../hosts/script/script-run.js";
import type { Persist } from "../hosts/with-reconnection.js";
import { declareRun, describeRun, listRuns, makeRunFolder, type Run, readRun, removeRuns } from "../run/run-folder.js";
import { removeFolder, writeAt } from "../system/files.js";
import { RuntimeProblem } from "../system/problem.js";
import { findWrong, type Inventory, readInventory, wholeAmong } from "./inventory.js";
import { notCome, thoseAsTheyWere } from "./not-sent.js";
import { howFarAhead, splitJournals } from "./split-journals.js";
import { describeTree, entriesOfTree, modeOf } from "./stage-tree.js";
import {
  type Artifact,
  DISCARD,
  FETCHED_WHOLE,
  type Fetched,
  type FilesOptions,
  type StagedRun,
  type TargetFiles,
  type Transferred,
} from "./target-files.js";
import { Unpacker } from "./unpack.js";
import {
  bytesOf,
  endOfUpload,
  entriesOfInput,
  entryOfFile,
  lacking,
  packEntries,
  type UploadEntry,
} from "./upload-entries.js";
import { sendByCommand } from "./user-command.js";

/** The most bytes of journals that one look brings here. */
const MOST_NEWS = 16 * 1024 * 1024;
/** The exit code of `commit-upload.sh` when the bundle is not what was sent. */
const OTHER_BUNDLE = 31;

export interface SentFilesOptions extends FilesOptions {
  /** what files go through, if not through `host` */
  readonly transferHost?: Host | undefined;
  /** the user's own command that sends a folder, if it is not to go through a host */
  readonly transferCommand?: string | undefined;
  readonly persist: Persist;
  /** what runs the target had when it was opened */
  readonly runs: readonly number[];
}

/** A target whose files go through ssh, with a copy on this machine of the parts that matter here. */
export class SentFiles implements TargetFiles {
  readonly here: string;
  readonly there: string;
  readonly #bulk: Host;
  /** asked for while the run is being staged */
  #firstInventory: Promise<Inventory> | undefined;

  constructor(readonly options: SentFilesOptions) {
    this.here = options.here;
    this.there = options.there;
    this.#bulk = options.transferHost ?? options.host;
  }

  within(name: string): SentFiles {
    return new SentFiles({ ...this.options, here: join(this.here, name), there: `${this.there}/${name}`, runs: [] });
  }

  get runs(): readonly number[] {
    return [...new Set([...this.options.runs, ...listRuns(this.here)])].sort((a, b) => a - b);
  }

  async makeRun(number: number): Promise<void> {
    makeRunFolder(this.here, number);
    // Over the connection that is open already: nobody is asked for a password in the midst of things.
    if (this.#bulk !== this.options.host) return;
    this.#firstInventory = this.#takeInventory();
    this.#firstInventory.catch(() => {}); // who waits for it is told
  }

  asSeenThere(): undefined {
    return undefined;
  }

  placeShared(): void {
    // It is sent with the rest.
  }

  async #takeInventory(): Promise<Inventory> {
    const first = this.#firstInventory;
    this.#firstInventory = undefined;
    if (first !== undefined) return await first;
    return readInventory((await runScript(this.#bulk, "transfer/list-arrived", [this.there, "all"])).toString());
  }

  /** sha256 of the files of the bundle, by name; those of its machinery too. */
  #bundleSums(): Map<string, string> {
    const sums = new Map<string, string>();
    const machinery = machineryFiles(join(this.here, "bundle", MACHINERY_FOLDER));
    for (const name of [...Object.values(BUNDLE_FILES), ...machinery.map((part) => `${MACHINERY_FOLDER}/${part}`)]) {
      const path = join(this.here, "bundle", name);
      if (existsSync(path)) sums.set(name, hash("sha256", readFileSync(path)));
    }
    return sums;
  }

  async send(staged: StagedRun, transferred: Transferred): Promise<Run> {
    const sums = this.#bundleSums();
    const chunks = join(staged.folder, "chunks");
    const files = readdirSync(chunks).sort();
    const contents = files.map((name) => hash("sha256", readFileSync(join(chunks, name))));
    const tree = staged.tree?.facts.content?.digest ?? "";
    const digest = hash("sha256", [...contents, ...sums.values(), tree].join("\n"));
    // What is the same has the same name: what has arrived of it in an earlier try counts.
    const incomingRun = `run-${digest.slice(0, 16)}`;
    await this.options.persist(async () => {
      const had = await this.#takeInventory();
      const lackingShared = staged.shared.filter((upload) => !had.shared.has(inShared(upload)));
      const wanted = [
        ...[...sums]
          .filter(([name, sum]) => had.bundle.get(name) !== sum)
          .map(([name]) => entryOfFile(join(this.here, "bundle", name), `${incomingRun}.bundle/${name}`)),
        ...lackingShared.flatMap((upload) => this.#inputEntries(upload, staged.sources)),
        ...files.map((name) => entryOfFile(join(chunks, name), `${incomingRun}/chunks/${name}`)),
        ...(staged.tree ? entriesOfTree(staged.tree, `${incomingRun}/staged`, this.options.digests) : []),
      ];
      await this.#transfer(wanted, had, transferred);
      // What went by a way of the user's own was not looked at on its way.
      if (this.options.transferCommand !== undefined) {
        for (const upload of lackingShared) this.#inputEntries(upload, staged.sources);
      }
      await this.#complete(staged, incomingRun, sums, lackingShared.map(inShared));
      if (staged.tree) await this.#createTree(staged, staged.tree);
    });
    declareRun(staged.folder, staged.facts);
    for (const name of files) if (name.endsWith(".tar")) rmSync(join(chunks, name));
    return readRun(this.here, staged.number) as Run;
  }

  async restoreCopies(uploads: readonly Upload[], sources: string): Promise<void> {
    await this.options.persist(async () => {
      const had = await this.#takeInventory();
      const lost = uploads.filter((upload) => !had.shared.has(inShared(upload)));
      await this.#transfer(
        lost.flatMap((upload) => this.#inputEntries(upload, sources)),
        had,
        () => {},
      );
      await runScript(this.options.host, "transfer/place-inputs", [this.there], { input: records(lost.map(inShared)) });
    });
  }

  #inputEntries(upload: Upload, sources: string): UploadEntry[] {
    const source = isAbsolute(upload.source) ? upload.source : join(sources, upload.source);
    return entriesOfInput(upload, source, this.options.digests);
  }

  /** Sends what of the entries has not arrived before, and sees that all of it arrives. */
  async #transfer(wanted: readonly UploadEntry[], had: Inventory, transferred: Transferred): Promise<void> {
    const entries = [...lacking(wanted, await wholeAmong(this.#bulk, this.there, wanted, had.incoming))];
    const has = await this.#sendEntries(entries, transferred);
    const joined = entries.filter((entry) => entry.kind === "file" && entry.from > 0 && entry.sha256);
    const wrong = new Set(joined.length > 0 ? await findWrong(this.#bulk, this.there, joined) : []);
    for (const entry of entries) {
      if (entry.kind !== "file") continue;
      if (has.incoming.get(entry.path) === entry.bytes && !wrong.has(entry.path)) continue;
      throw new RuntimeProblem(
        `${entry.path} has not arrived whole on ${this.options.host.name}`,
        "run the same command again",
      );
    }
  }

  /** Tells what the target has then. */
  async #sendEntries(entries: readonly UploadEntry[], transferred: Transferred): Promise<Inventory> {
    const { transferCommand } = this.options;
    if (transferCommand !== undefined) {
      await this.options.host.run('mkdir -p -- "$1/incoming"', [this.there]);
      await sendByCommand(transferCommand, entries, this.here, `${this.there}/incoming`);
      return this.#takeInventory();
    }
    const total = bytesOf(entries);
    const last = `end-${randomBytes(8).toString("hex")}`;
    const stream = packEntries([...entries, endOfUpload(last)], (bytes) => transferred(Math.min(bytes, total), total));
    const input = Readable.from(stream, { objectMode: false, highWaterMark: 1 << 20 });
    const scripts = ["transfer/receive-upload", "transfer/list-arrived"] as const;
    return readInventory((await runScript(this.#bulk, scripts, [this.there, "incoming", last], { input })).toString());
  }

  async #complete(
    staged: StagedRun,
    incomingRun: string,
    sums: ReadonlyMap<string, string>,
    shared: readonly string[],
  ) {
    const lines = [...sums].map(([name, sum]) => `${sum}  ${name}`).join("\n");
    const args = [this.there, String(staged.number), incomingRun, describeRun(staged.facts).trimEnd(), lines];
    if (staged.tree) args.push("later");
    const scripts = `${loadScript("transfer/place-inputs")}\n${loadScript("transfer/commit-upload")}`;
    const ended = await this.options.host.run(scripts, args, { input: records(shared) });
    if (ended.code === OTHER_BUNDLE) {
      throw new RuntimeProblem(
        `the bundle on ${this.options.host.name} is not what was sent: its digests differ`,
        "run the same command again; if it stays so, look at the disk over there",
      );
    }
    if (ended.code !== 0) throw scriptProblem(this.options.host, ended);
  }

  async #createTree({ number, facts }: StagedRun, tree: NonNullable<StagedRun["tree"]>): Promise<void> {
    const args = [this.there, String(number), modeOf(tree), tree.root, describeRun(facts).trimEnd()];
    const input = describeTree(tree);
    await runScript(this.options.host, "transfer/create-tree", [...args, ...tree.without], { input });
  }

  async runScript(script: ScriptName, args: readonly string[], input?: Buffer): Promise<Buffer> {
    return this.options.persist(() => runScript(this.options.host, script, args, { input }));
  }

  async readJournals(run: Run): Promise<number> {
    const asked = Date.now();
    const folder = join(run.folder, "journal");
    const sizes = new Map(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).size]));
    const known = [...sizes].map(([name, size]) => `${size} ${name}\n`);
    const args = [`${this.there}/runs/${run.number}`, String(MOST_NEWS)];
    let news: Buffer;
    try {
      news = await this.runScript("transfer/send-journals", args, Buffer.from(known.join("")));
    } catch (error) {
      if (!(error instanceof RuntimeProblem) || error.hint !== undefined) throw error;
      throw new RuntimeProblem(
        `the journals of run ${run.number} cannot be read: ${error.message}`,
        `if somebody has removed the run over there, remove what is known of it here: ${run.folder}`,
        { cause: error },
      );
    }
    const end = news.indexOf("\n") + 1;
    for (const [name, text] of splitJournals(news.subarray(end), this.options.host.name)) {
      // Not at the end: others who look at this run at this moment, and need no lock for it, write the same there.
      writeAt(join(folder, name), text, sizes.get(name) ?? 0);
    }
    return howFarAhead(asked, news.toString("utf8", 0, end));
  }

  async fetch(run: Run, artifacts: readonly Artifact[]): Promise<Fetched> {
    if (artifacts.length === 0) return FETCHED_WHOLE;
    const work = join(run.folder, "work");
    makeFolders(work);
    const args = [`${this.there}/runs/${run.number}`];
    // Should the connection break, what is whole here is not sent again: else much would never come.
    const arrived = new Set<string>();
    const fetched = await this.options.persist(() => {
      const missing = artifacts.filter(({ kind, path }) => kind === "folder" || !arrived.has(path));
      const files = new Set(artifacts.flatMap(({ kind, path }) => (kind === "file" ? [path] : [])));
      const pairs = missing.flatMap(({ kind, path }) => [kind, path]);
      for (const path of arrived) if (!files.has(path)) pairs.push("skip", path);
      return this.#receive("transfer/send-outputs", args, records(pairs), work, artifacts, arrived);
    });
    await this.#checkGone(run, fetched, artifacts);
    return fetched;
  }

  /**
   * What has not come is gone, or is not what it was when its job ended, which is the job's doing. Or else it was not sent.
   *
   * @throws RuntimeProblem if some of it is there as it was
   */
  async #checkGone(run: Run, { refused }: Fetched, artifacts: readonly Artifact[]): Promise<void> {
    const missing = notCome(join(run.folder, "work"), artifacts, refused);
    if (missing.size === 0) return;
    const folder = `${this.there}/runs/${run.number}`;
    const there = await this.runScript("transfer/list-readable", [folder], records([...missing.keys()]));
    const [first, ...more] = thoseAsTheyWere(there, missing);
    if (first === undefined) return;
    const others = more.length > 0 ? ` and ${more.length} more` : "";
    throw new RuntimeProblem(
      `${this.options.host.name} has not sent ${folder}/work/${first}${others}, which is there`,
      "is that machine short of memory or processes? run the same command again",
    );
  }

  /** Runs a script whose output is what was asked for, as tar streams. */
  async #receive(
    script: ScriptName,
    args: readonly string[],
    input: Buffer,
    folder: string,
    artifacts: readonly Artifact[],
    arrived?: Set<string>,
  ): Promise<Fetched> {
    const unpacker = new Unpacker(folder, artifacts, this.options.host.name, arrived);
    const unpacking = unpacker.open();
    const running = this.#bulk.run(loadScript(script), args, { input, output: unpacking.input });
    // Whichever fails first says what was wrong; the other one is waited for, since it may still write.
    const [sent, unpacked] = await Promise.allSettled([running, unpacking.done]);
    if (unpacked.status === "rejected" && !(sent.status === "rejected" && sent.reason instanceof ConnectionLost)) {
      throw unpacked.reason;
    }
    if (sent.status === "rejected") throw sent.reason;
    if (sent.value.code !== 0) throw scriptProblem(this.options.host, sent.value);
    return { refused: unpacker.refused, instead: unpacker.instead };
  }

  async removeWork(run: Run, keep: readonly string[]): Promise<void> {
    await this.runScript("transfer/remove-work", [`${this.there}/runs/${run.number}`], records(keep));
    removeFolder(join(run.folder, "work"));
    makeFolders(join(run.folder, "work"));
  }

  async fetchRunMetadata(): Promise<void> {
    const known = listRuns(this.here).filter((number) => readRun(this.here, number));
    const unknown = this.options.runs.filter((number) => !known.includes(number));
    if (unknown.length === 0) return;
    const artifacts: Artifact[] = [
      { kind: "folder", path: "bundle", bytes: undefined },
      ...unknown.map((number) => ({ kind: "folder" as const, path: `runs/${number}`, bytes: undefined })),
    ];
    const input = records(unknown.map(String));
    makeFolders(this.here);
    await this.options.persist(() =>
      this.#receive("transfer/send-run-metadata", [this.there], input, this.here, artifacts),
    );
    for (const number of unknown) {
      for (const part of ["chunks", "journal", "work"]) makeFolders(join(this.here, "runs", String(number), part));
    }
  }

  async discard(run: Run): Promise<void> {
    await runScript(this.options.host, DISCARD, [this.there, String(run.number)]);
    if (readdirSync(join(run.folder, "journal")).length === 0) rmSync(run.folder, { recursive: true, force: true });
  }

  async clean(): Promise<void> {
    await this.runScript("transfer/remove-runs", [this.there]);
    removeRuns(this.here);
  }
}

function inShared(upload: Upload): string {
  return upload.destination.slice("shared/".length);
}
