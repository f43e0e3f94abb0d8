import type { Upload } from "../../compiler/format/bundle.js";
import type { DigestCache } from "../../compiler/format/content/digest-cache.js";
import type { Host } from "../hosts/host.js";
import type { ScriptName } from "../hosts/load-script.js";
import type { Run, RunFacts } from "../run/run-folder.js";
import type { StagedTree } from "./stage-tree.js";

/** A run whose chunks are made, and which no manager may work on yet. */
export interface StagedRun {
  readonly number: number;
  readonly folder: string;
  readonly facts: RunFacts;
  /** inputs that have to be on the target, once */
  readonly shared: readonly Upload[];
  /** where their relative sources start */
  readonly sources: string;
  /** the tree that its jobs run in, if they have no folders of their own */
  readonly tree: StagedTree | undefined;
}

/** A part of what a job has left on the target, below the run's `work/`. */
export interface Artifact {
  readonly kind: "file" | "folder";
  readonly path: string;
  /** what the journal says that it has; undefined: not known */
  readonly bytes: number | undefined;
}

/** What is to be known of folders that were fetched, by path. */
export interface Fetched {
  /** those that may not be collected, and why */
  readonly refused: ReadonlyMap<string, string>;
  /** bytes of files that have come in the place of links to them, which the journal has not counted */
  readonly instead: ReadonlyMap<string, number>;
}

export const FETCHED_WHOLE: Fetched = { refused: new Map(), instead: new Map() };

export type Transferred = (bytes: number, of: number) => void;

/** The scripts that take back a run which no manager has begun. */
export const DISCARD = ["transfer/discard-run", "transfer/remove-bundle"] as const;

/** Where files are, and what reaches them. */
export interface FilesOptions {
  /** runs scripts where the target is */
  readonly host: Host;
  readonly here: string;
  readonly there: string;
  readonly digests: DigestCache;
}

/**
 * How files get to a target and back. The target's folder, or a copy of the parts of it that matter
 * here, can be read on this machine; what is there is brought up to date by `look` and `fetch`.
 */
export interface TargetFiles {
  /** the folder, or its copy, on this machine */
  readonly here: string;
  /** the folder as the target calls it */
  readonly there: string;
  readonly runs: readonly number[];
  /** A folder in this one, on both sides, with files and runs of its own, of which it has none yet. */
  within(name: string): TargetFiles;
  makeRun(number: number): Promise<void>;
  /** What the target calls a path of this machine, where both see the same; undefined elsewhere. */
  asSeenThere(path: string): string | undefined;
  /** Puts an input that lies on the target once into its place, or notes that it has to be sent. */
  placeShared(upload: Upload, source: string): void;
  /**
   * Makes a staged run complete on the target, and declares it: from then on managers may work on it.
   *
   * @throws RuntimeProblem if the bundle did not arrive as it was sent
   */
  send(staged: StagedRun, transferred: Transferred): Promise<Run>;
  /**
   * Makes anew what lies on the target once and was changed there.
   *
   * @param sources where relative sources start
   * @throws RuntimeProblem if an input has changed since the bundle was built
   */
  restoreCopies(uploads: readonly Upload[], sources: string): Promise<void>;
  /** Brings here what journals hold beyond what is known. @returns by how many milliseconds the clock here is ahead of the target's */
  readJournals(run: Run): Promise<number>;
  /**
   * Brings here, under the same paths, what jobs have left. What is not there any more does not come.
   *
   * @returns what is to be known of folders that were not as they should be
   */
  fetch(run: Run, artifacts: readonly Artifact[]): Promise<Fetched>;
  /**
   * Runs a script on the target, again where the connection breaks; gives what it prints.
   *
   * @throws RuntimeProblem if it fails
   */
  runScript(script: ScriptName, args: readonly string[], input?: Buffer): Promise<Buffer>;
  /** Removes working folders while others run, where nobody else may need them; their paths are below `work/`. */
  readonly removeJobs?: ((run: Run, places: readonly string[]) => Promise<void>) | undefined;
  /** Ends a run that was gathered: chunks and working folders go, but for those named, below `work/`. */
  removeWork(run: Run, keep: readonly string[]): Promise<void>;
  /** Brings here what has to be known of runs that another checkout has begun. */
  fetchRunMetadata(): Promise<void>;
  /** Takes back a run that no manager has begun. */
  discard(run: Run): Promise<void>;
  clean(): Promise<void>;
}
