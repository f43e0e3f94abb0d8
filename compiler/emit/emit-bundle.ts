import { createHash, hash } from "node:crypto";
import { existsSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  BUNDLE_FILES,
  BUNDLE_SCHEMA,
  type BundleDescription,
  type BundledPilots,
  type BundledTree,
  type BundledTreeEntry,
  type JobNeeds,
  type TreeContent,
} from "../format/bundle.js";
import { namesIn, textOf } from "../format/file-access.js";
import { commonKeyInDigest } from "../format/job-key.js";
import { MACHINERY_FOLDER, type Machinery } from "../format/machinery.js";
import { makeFolders } from "../format/make-folders.js";
import { withoutVersion } from "../format/version.js";
import { foldersOf } from "../format/within.js";
import { boundsOf, type NeedBounds, slotsOf } from "../plan/job-needs.js";
import { commonKey } from "../plan/plan-jobs.js";
import { nodeHoursOf } from "../plan/resolve-target.js";
import type { JobPlan, SwarmPlan } from "../plan/swarm-plan.js";
import type { TreePlan } from "../tree/tree-plan.js";
import { emitLayout } from "./layout.js";
import { emitMachinery, ownMachinery, refuseForeignMachinery, removeMachinery } from "./machinery.js";
import { emitManager } from "./manager.js";
import { type FileChange, OutputFile } from "./output-files.js";
import { bundleFileNames, descriptionsIn, ownedFiles, refuseForeign, removeDraftsOfBuilds } from "./owned-files.js";
import { emitPilotScripts } from "./pilot-scripts.js";
import { destinationOf, jobRow, jobsHeader, treeUploadRow, UPLOADS_HEADER, uploadRow } from "./tables.js";
import { TREE_HEADER, TreeSum, treeRow } from "./tree-table.js";

export interface EmittedBundle {
  readonly description: BundleDescription;
  /** the inputs that lie on the target once */
  readonly shared: { readonly inputs: number; readonly bytes: number };
  /** `machinery`: nothing else of that file is different */
  readonly changes: readonly { readonly file: string; readonly change: FileChange | "removed" | "machinery" }[];
  /** the machinery that was there before, if it is another one now; `before` undefined: there was none */
  readonly machinery: { readonly before: Machinery | undefined; readonly now: Machinery } | undefined;
}

function describePilots(swarm: SwarmPlan, bounds: NeedBounds | undefined): BundledPilots | null {
  const { pilots } = swarm.target;
  if (!pilots) return null;
  const { closingSeconds: _closing, scratch: _scratch, directives: _directives, nodes, ...rest } = pilots;
  return { nodes, slots: slotsOf(swarm, bounds) ?? 1, ...rest, nodeHours: nodeHoursOf(pilots) };
}

function describeTree({ mode, root, workdir, apply, collects }: TreePlan, content: TreeContent | null): BundledTree {
  return { mode, root, workdir, apply, ...(collects ? {} : { collects }), content };
}

/** Emits a bundle job by job: the bundle is never in memory as a whole. */
export class BundleEmitter {
  readonly #files = new Map<string, OutputFile>();
  /** what the scripts come to, whichever version has made them */
  readonly #scripts = new Map<string, string>();
  /** what jobs need, where they do not all need the same */
  #bounds: NeedBounds | undefined;
  readonly #before: Partial<BundleDescription> | undefined;
  readonly #shared = new Set<string>();
  readonly #ways = new Set<string>();
  /** files in the folder that an earlier bundle has put there */
  readonly #owned: ReadonlySet<string>;
  readonly #hadLibrary: boolean;
  /** the outermost folder that had to be made */
  readonly #made: string | undefined;
  readonly #jobs: OutputFile;
  readonly #uploads: OutputFile;
  readonly #tree: { readonly file: OutputFile; readonly sum: TreeSum } | undefined;
  #treeContent: TreeContent | null = null;
  #count = 0;
  #uploadEntries = 0;
  #uploadBytes = 0;
  #sharedBytes = 0;
  #bytes = 0;
  #fileCount = 0;
  #folders = 0;

  /**
   * @param write false: compare with what is in the folder, and write nothing
   * @throws ProblemsFound if something in the folder, that Locusts has not put there, would be replaced
   */
  constructor(
    readonly swarm: SwarmPlan,
    readonly folder: string,
    /** where the machinery goes */
    readonly library: string,
    readonly write: boolean,
  ) {
    this.#before = descriptionsIn(folder)[0];
    this.#hadLibrary = existsSync(library);
    this.#owned = ownedFiles(folder);
    refuseForeign(folder, bundleFileNames(swarm), (name) => this.#owned.has(name));
    refuseForeignMachinery(library);
    this.#made = write ? makeFolders(folder) : undefined;
    if (write) removeDraftsOfBuilds(folder);
    this.#jobs = this.#open(BUNDLE_FILES.jobs);
    this.#uploads = this.#open(BUNDLE_FILES.uploads);
    this.#jobs.add(jobsHeader(swarm));
    this.#uploads.add(UPLOADS_HEADER);
    if (swarm.tree && swarm.tree.mode !== "inPlace") {
      this.#tree = { file: this.#open(BUNDLE_FILES.tree), sum: new TreeSum() };
      this.#tree.file.add(TREE_HEADER);
    }
  }

  #open(name: string, mode?: number): OutputFile {
    const file = new OutputFile(join(this.folder, name), this.write, mode);
    this.#files.set(name, file);
    return file;
  }

  /** Adds a script; one that differs in the version that has made it alone stays as it is. */
  #addScript(name: string, text: string): void {
    const old = textOf(join(this.folder, name));
    const isSame = old !== undefined && withoutVersion(old) === withoutVersion(text);
    this.#open(name, 0o755).add(isSame ? old : text);
    this.#scripts.set(name, hash("sha256", withoutVersion(text)));
  }

  /** Adds an entry of the tree; all of them, in their order, before the first job. */
  addToTree(entry: BundledTreeEntry): void {
    this.#tree?.file.add(treeRow(entry));
    this.#tree?.sum.add(entry);
  }

  /** Ends the tree; gives what it holds. */
  finishTree(): TreeContent | null {
    const { tree } = this.swarm;
    const content = this.#tree?.sum.finish();
    if (!tree || !content) return null;
    this.#treeContent = content;
    // Its root is a folder as well.
    this.#folders += content.folders + 1;
    this.#fileCount += content.files + content.links;
    this.#bytes += content.bytes;
    this.#uploadBytes += content.bytes;
    this.#uploadEntries += 1;
    this.#uploads.add(treeUploadRow(tree, content));
    return content;
  }

  add(job: JobPlan): void {
    this.#count += 1;
    this.#jobs.add(jobRow(job, this.swarm));
    if (job.tries) this.#bounds = boundsOf(this.#bounds, job.tries);
    if (this.swarm.tree) {
      // Its two logs; what it writes into the tree is not known before.
      this.#fileCount += 2;
      return;
    }
    // Its folder, its two logs, its outputs, and whatever its inputs bring along.
    this.#folders += 1 + foldersOf([...job.inputs.map((input) => input.path), ...job.outputs]).size;
    this.#fileCount += 2 + job.outputs.length;
    for (const input of job.inputs) {
      const destination = destinationOf(job, input);
      if (destination === undefined || input.delivery === "shared-link") this.#fileCount += 1;
      if (destination === undefined) continue;
      if (input.delivery === "shared-copy") this.#countContent(input);
      if (input.delivery !== "packed") {
        const way = `${input.source}\0${destination}`;
        if (this.#ways.has(way)) continue;
        this.#ways.add(way);
        // Two that are the same by name and content are one on the target.
        if (this.#shared.has(destination)) {
          this.#uploads.add(uploadRow(input, destination));
          continue;
        }
        this.#shared.add(destination);
        this.#sharedBytes += input.bytes;
        this.#folders += 1;
      }
      this.#countContent(input);
      this.#uploadBytes += input.bytes;
      this.#uploadEntries += 1;
      this.#uploads.add(uploadRow(input, destination));
    }
  }

  #countContent(input: { readonly files: number; readonly folders: number; readonly bytes: number }): void {
    this.#fileCount += input.files;
    this.#folders += input.folders;
    this.#bytes += input.bytes;
  }

  /** Writes the rest, and puts all files in place. */
  finish(): EmittedBundle {
    const { swarm } = this;
    this.#addScript(BUNDLE_FILES.manager, emitManager(swarm, this.#bounds));
    for (const [name, text] of Object.entries(emitPilotScripts(swarm))) this.#addScript(name, text);
    this.#open(BUNDLE_FILES.layout).add(emitLayout(swarm));
    if (swarm.program !== undefined) this.#open(BUNDLE_FILES.program).add(swarm.program);

    const changes = new Map<string, FileChange | "machinery">();
    const digest = createHash("sha256");
    for (const name of [...this.#files.keys()].sort()) {
      const file = this.#files.get(name) as OutputFile;
      changes.set(name, file.finish());
      digest.update(`${name}\0${this.#scripts.get(name) ?? file.digest.digest("hex")}\n`);
    }
    const common = commonKey(swarm, this.#treeContent?.digest);
    digest.update(commonKeyInDigest(common));
    const description: BundleDescription = {
      schema: BUNDLE_SCHEMA,
      swarm: swarm.name,
      source: swarm.source,
      target: swarm.target.name,
      kind: swarm.target.kind,
      access: swarm.target.access ?? null,
      pilots: describePilots(swarm, this.#bounds),
      digest: digest.digest("hex"),
      commonKey: common,
      machinery: ownMachinery(),
      files: bundleFileNames(swarm),
      jobs: this.#count,
      uploads: { entries: this.#uploadEntries, bytes: this.#uploadBytes },
      budget: { folders: this.#folders, files: this.#fileCount, bytes: this.#bytes },
      needs: this.#needs(),
      params: swarm.params,
      ...(swarm.runsLines ? { runsLines: true as const } : {}),
      inputs: swarm.inputs.map(({ name, pattern, as, shared, delivery, found }) => ({
        name,
        pattern,
        as: as ?? null,
        shared,
        delivery: delivery ?? null,
        ...(found ? { found: true as const } : {}),
      })),
      outputs: swarm.outputs.map(({ name, pattern, kind, optional, data }) => {
        return { name, pattern, kind, optional, ...(data ? { data } : {}) };
      }),
      ...(swarm.maxFailures > 0 ? { maxFailures: swarm.maxFailures } : {}),
      ...(swarm.notify === undefined ? {} : { notify: swarm.notify }),
      tree: swarm.tree ? describeTree(swarm.tree, this.#treeContent) : null,
    };
    const last = this.#open(BUNDLE_FILES.description);
    last.add(`${JSON.stringify(description, null, 2)}\n`);
    const ending = last.finish();
    changes.set(BUNDLE_FILES.description, this.#isOtherMachinery(description) ? "machinery" : ending);
    const hasOther = emitMachinery(this.library, this.write);
    // It comes first: by it a build that is killed in between knows what is its own.
    for (const [name, change] of [...changes].reverse()) (this.#files.get(name) as OutputFile).keep(change);
    if (hasOther) changes.set(`${MACHINERY_FOLDER}/`, "machinery");
    return {
      machinery: hasOther ? { before: this.#before?.machinery, now: ownMachinery() } : undefined,
      description,
      shared: { inputs: this.#shared.size, bytes: this.#sharedBytes },
      changes: [
        ...[...changes].map(([file, change]) => ({ file, change })),
        ...this.#removeUnused().map((file) => ({ file, change: "removed" as const })),
      ],
    };
  }

  #needs(): JobNeeds {
    const { byJob } = this.swarm;
    const { cpus, memoryMebibytes } = this.#bounds?.most ?? this.swarm;
    return { cpus, memoryMebibytes, ...(byJob && this.#bounds ? { byJob: { ...byJob, ...this.#bounds } } : {}) };
  }

  /** Is the machinery all that is said otherwise than before? */
  #isOtherMachinery(now: BundleDescription): boolean {
    const { machinery, ...before } = this.#before ?? {};
    const isOther = !isDeepStrictEqual(machinery, now.machinery);
    return isOther && isDeepStrictEqual({ ...before, machinery: now.machinery }, now);
  }

  /** Files that an earlier bundle had and this one has not. */
  #removeUnused(): string[] {
    const unused = namesIn(this.folder).filter((entry) => this.#owned.has(entry) && !this.#files.has(entry));
    if (this.write) for (const entry of unused) rmSync(join(this.folder, entry));
    return unused;
  }

  /** Leaves the folder as it was before. */
  discard(): void {
    for (const file of this.#files.values()) file.discard();
    if (this.write && !this.#hadLibrary) removeMachinery(this.library);
    if (this.#made === undefined) return;
    for (let folder = this.folder; folder.length >= this.#made.length; folder = dirname(folder)) rmdirSync(folder);
  }
}
