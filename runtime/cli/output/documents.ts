import type { BundleDescription } from "../../../compiler/format/bundle.js";
import type { Machinery } from "../../../compiler/format/machinery.js";
import type { Problem } from "../../../compiler/problem/problem.js";
import type { OpenRunPreview } from "../../deploy/preview-deploy.js";
import type { DeployEnd } from "../../deploy/types.js";
import type { FindingStatus } from "../../doctor/facts/finding.js";
import type { SwarmReport } from "../../results/report.js";
import type { Totals } from "../../results/result-tables.js";
import type { Reason } from "../../results/select-jobs.js";
import type { UsedByJobs } from "../../results/used.js";

/*
 * What verbs print with `--json`. The JSON Schemas in the package are made from these types, so that they say no less and
 * no more; the comments go into them.
 */

/** What the documents of all verbs begin with. */
export interface Versioned {
  readonly version: 1;
}

export interface TargetDocument extends Versioned {
  /** the target's name in the definition */
  readonly target: string;
}

export interface ErrorDocument extends Versioned {
  readonly errors: readonly Problem[];
}

export interface BuildDocument extends TargetDocument {
  /** where the bundle is */
  readonly folder: string;
  /** how many there are */
  readonly jobs: number;
  readonly budget: BundleDescription["budget"];
  /** inputs that are copied on this machine until the run is over */
  readonly copies: { readonly inputs: number; readonly bytes: number; readonly takesRoom: boolean } | null;
  readonly pilots: BundleDescription["pilots"];
  readonly tree: BundleDescription["tree"];
  readonly notes: readonly Problem[];
  readonly upToDate: boolean;
  readonly changes: readonly ChangedFile[];
  readonly machinery: MachineryChange | null;
}

export interface ChangedFile {
  readonly file: string;
  readonly change: "same" | "changed" | "new" | "removed" | "machinery";
}

export interface MachineryChange {
  readonly before?: Machinery | undefined;
  readonly now: Machinery;
}

/** `build --check --no-inputs` */
export interface BuildWithoutInputsDocument extends TargetDocument {
  readonly folder: string;
  readonly jobs: number;
  readonly upToDate: boolean;
  /** of the bundle, that differ */
  readonly files: readonly string[];
  /** jobs that differ */
  readonly changedJobs: readonly string[];
}

export interface CheckDocument extends TargetDocument {
  readonly swarm: string;
  readonly jobs: number;
  readonly notes: readonly Problem[];
}

export interface DiffDocument extends TargetDocument {
  /** the git revision, if one was given */
  readonly against: string | null;
  /** whether there was a bundle to compare with; without one, all jobs are added */
  readonly hasBefore: boolean;
  readonly files: readonly ChangedFile[];
  /** names of jobs, by what has changed */
  readonly jobs: { readonly [change: string]: readonly string[] };
  /** changed lines of manager.sh, with + and - before them, and their hunks */
  readonly script: readonly string[];
  /** the same of the command */
  readonly command: readonly string[];
  /** what the swarm needs otherwise than before */
  readonly needs: readonly { readonly what: string; readonly before: string; readonly after: string }[];
  /** the most that all pilots may use; 0 without pilots */
  readonly nodeHours: { readonly before: number; readonly after: number };
  readonly machinery: MachineryChange | null;
  /** how many more are sent than before */
  readonly uploadBytes: number;
}

export interface DoctorDocument extends TargetDocument {
  readonly findings: readonly {
    /** what was looked at */
    readonly name: string;
    readonly status: FindingStatus;
    readonly words: string;
    readonly hint: string | null;
  }[];
}

/** Failures that are alike. */
export interface ClusterDocument {
  readonly cause: string;
  readonly exitCode: number;
  readonly detail: string;
  /** the end of what they print, without what differs */
  readonly text: string;
  /** false where there were too many to look at what these have printed */
  readonly read: boolean;
  readonly example: { readonly job: string; readonly lines: readonly string[] };
  /** what these jobs have in common and others have not */
  readonly common: readonly TraitDocument[];
  readonly jobs: readonly string[];
}

export interface TraitDocument {
  readonly kind: "param" | "node" | "pilot";
  readonly param?: string;
  readonly relation: "is" | "at least" | "at most";
  readonly value: string | number;
  /** of how many of these jobs it is true */
  readonly jobs: number;
  /** of how many others it is true, of `ofOthers` in all */
  readonly others: number;
  readonly ofOthers: number;
  readonly othersAre: "done" | "failed";
}

/** What came of a tree that jobs have run in. */
export interface TreeDocument {
  readonly changes: readonly {
    readonly path: string;
    readonly change: string;
    readonly kind: string;
    readonly bytes: number;
    readonly job?: string;
  }[];
  readonly conflicts: readonly {
    readonly path: string;
    readonly why: string;
    readonly kept: string | null;
    readonly job?: string;
  }[];
  /** how many of the changes were applied to the tree here; null where they are not */
  readonly applied: number | null;
}

export interface StandingDocument extends SwarmReport, Versioned {
  readonly version: 1;
  readonly clusters: readonly ClusterDocument[];
}

export interface DeployDocument extends StandingDocument {
  readonly end: DeployEnd;
  /** how long the deploy took */
  readonly seconds: number;
  readonly used: UsedByJobs;
  readonly trees?: readonly TreeDocument[];
}

/** `deploy --dry-run` */
export interface DryRunDocument extends TargetDocument {
  readonly total: number;
  readonly cached: number;
  /** that would be left for another deploy */
  readonly left: number;
  readonly runs: readonly OpenRunPreview[];
  readonly jobs: readonly { readonly job: string; readonly why?: Reason | undefined }[];
  /** outputs that would be moved out of results/ */
  readonly setAside: number;
  readonly returned: number;
  readonly stale: readonly string[];
  /** of the first job */
  readonly command: string | null;
}

export interface GatherDocument extends StandingDocument {
  readonly trees?: readonly TreeDocument[];
}

/** `gather --dry-run` */
export interface TreePreviewDocument extends TargetDocument {
  readonly trees: readonly TreeDocument[];
  /** jobs that have not ended */
  readonly unfinished: number;
}

export interface StatusDocument extends StandingDocument {
  readonly running: readonly RunningDocument[];
  /** jobs that have ended, and whose results wait to be collected */
  readonly uncollected: number;
  /** paths below results/ of outputs that somebody has edited; their jobs are pending */
  readonly edited: readonly string[];
  readonly managers: "running" | "gone";
  /** what the target says of them */
  readonly words: string;
}

export interface RunningDocument {
  readonly job: string;
  readonly seconds: number;
  readonly attempt: number;
  readonly host: string;
  readonly manager: string;
  readonly slot: number;
  readonly run: number;
  readonly folder: string | null;
  /** of a list of commands */
  readonly line?: string;
}

/** Without `--job`: all that have failed. */
export interface LogsDocument extends TargetDocument {
  readonly jobs: readonly {
    readonly job: string;
    readonly cause?: string | undefined;
    readonly exitCode?: number | undefined;
    /** paths */
    readonly out: string | null;
    readonly err: string | null;
  }[];
  readonly clusters: readonly ClusterDocument[];
}

export interface JobFailureDocument {
  readonly cause: string;
  readonly exitCode: number;
  readonly detail: string;
  readonly cpuSeconds: number | null;
  /** bytes */
  readonly peakMemory: number | null;
}

/** With `--job`. */
export interface JobLogDocument extends TargetDocument {
  readonly job: string;
  readonly out: string | null;
  readonly err: string | null;
  readonly running: { readonly seconds: number; readonly host: string; readonly slot: number } | null;
  readonly failure: JobFailureDocument | null;
  /** the command that has ended it: where it stands, and its text, if that is known */
  readonly endedBy: { readonly place: string; readonly text: string } | null;
  readonly folder: string | null;
  readonly wrote: readonly { readonly path: string; readonly bytes: number }[];
  /** bytes at the beginning that are left out */
  readonly omittedBytes?: { readonly out: number; readonly err: number };
}

export interface CancelDocument extends TargetDocument {
  /** managers that were stopped */
  readonly stopped: number;
  readonly jobs: Totals;
  /** what has become of the trees of runs that are over, where jobs run in one */
  readonly trees?: readonly TreeDocument[];
}

export interface CleanDocument extends TargetDocument {
  /** the folder that was cleaned */
  readonly removed: string;
  /** of outputs of earlier versions */
  readonly keptBytes: number;
}

/** `clean --stale` */
export interface CleanStaleDocument extends Versioned {
  readonly moved: readonly string[];
  /** what stays in results/, since it was edited, or lies behind a link */
  readonly left: readonly string[];
  readonly folder: string;
}

/** `clean --reset` */
export interface CleanResetDocument extends Versioned {
  readonly notes: readonly string[];
}

/** `clean --nodes` */
export interface CleanNodesDocument extends Versioned {
  readonly nodes: readonly string[];
}

export interface InitDocument extends Versioned {
  readonly folder: string;
  readonly written: readonly string[];
}

export interface ImportTreeDocument extends Versioned {
  readonly root: string;
  readonly workdir: string;
  readonly select: readonly string[];
}

export interface ReportDocument extends Versioned {
  /** its path */
  readonly report: string;
}

export interface ReproDocument extends TargetDocument {
  readonly job: string;
  readonly out: string;
  readonly err: string;
  readonly cause: string | null;
  readonly exitCode: number | null;
  readonly detail: string;
  readonly seconds: number | null;
  readonly host: string | null;
}

/** What each verb prints with `--json`, and any of them where something is wrong. */
export interface Documents {
  readonly error: ErrorDocument;
  readonly build: BuildDocument | BuildWithoutInputsDocument;
  readonly cancel: CancelDocument;
  readonly check: CheckDocument;
  readonly clean: CleanDocument | CleanStaleDocument | CleanResetDocument | CleanNodesDocument;
  readonly deploy: DeployDocument | DryRunDocument;
  readonly diff: DiffDocument;
  readonly doctor: DoctorDocument;
  readonly gather: GatherDocument | TreePreviewDocument;
  readonly "import-tree": ImportTreeDocument;
  readonly init: InitDocument;
  readonly logs: LogsDocument | JobLogDocument;
  readonly report: ReportDocument;
  readonly repro: ReproDocument;
  readonly run: DeployDocument | DryRunDocument | InitDocument;
  readonly status: StatusDocument;
}

type WithoutVersion<D> = D extends Versioned ? Omit<D, "version"> : never;

/** A document as a verb gives it: the version comes with the printing. */
export type Printed<V extends keyof Documents> = WithoutVersion<Documents[V]>;
