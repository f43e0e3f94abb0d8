import { existsSync, readSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withFile } from "../../compiler/format/file-access.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { REPORT_FILES } from "../../compiler/format/results.js";
import { removeOldDrafts, replaceBy, writeAtomically, writeDraft } from "../../compiler/format/write-atomically.js";
import type { Failure } from "../results/failure.js";
import type { ShownCluster } from "../results/failures/cluster-swarm.js";
import { stateOfResults } from "../results/result-tables.js";
import type { FilesTogether } from "../workspace/files-together.js";
import type { Workspace } from "../workspace/workspace.js";
import type { Room } from "./job-table.js";
import { ReportMaker, type ReportSource } from "./make-report-data.js";
import type { ReportData } from "./report-data.js";
import type { RunningTry } from "./try-table.js";

/** How many jobs the page has one by one: a page of 200,000 jobs has some 5 MB. */
const ROOM: Room = { all: 250_000, choice: 60_000 };

/** By this a page is known as one that Locusts has written. */
const MARK = '<meta name="generator" content="Locusts ';
/** Where it stands, and what the page was made from, in bytes from its start. */
const HEAD = 1024;

function headOf(path: string): string {
  if (!existsSync(path)) return "";
  const block = Buffer.alloc(HEAD);
  const length = withFile(path, "r", (file) => readSync(file, block));
  return block.toString("utf8", 0, length);
}

export function reportPath({ results }: Workspace): string {
  return join(results, REPORT_FILES.page);
}

/** Does somebody else's file lie where the page goes? */
function isForeignPage(workspace: Workspace): boolean {
  const path = reportPath(workspace);
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && (!stats.isFile() || !headOf(path).includes(MARK));
}

async function render(data: ReportData, state: string): Promise<string> {
  const { renderPage } = await import("./render-page.js");
  return renderPage(data, state, REPORT_FILES.news);
}

/**
 * Drafts `results/report.html`, if it is not as it would be.
 *
 * @param running jobs that run now, if that is known
 * @returns whether there is a page: false where somebody else's file lies in its place
 */
export async function draftReport(
  together: FilesTogether,
  workspace: Workspace,
  source: ReportSource,
  running: readonly RunningTry[],
): Promise<boolean> {
  if (isForeignPage(workspace)) return false;
  const state = stateOfResults(workspace.state, source.description, source.placed);
  // Whoever writes it has the swarm to itself: all drafts were left by somebody who was killed.
  removeOldDrafts(workspace.results, Number.POSITIVE_INFINITY, Object.values(REPORT_FILES));
  together.afterwards(() => rmSync(join(workspace.results, REPORT_FILES.news), { force: true }));
  // One that is live, or tells of what runs, is out of date.
  if (running.length === 0 && headOf(reportPath(workspace)).includes(`content="${state}"`)) return true;
  const isPassing = running.length > 0;
  const page = await render(new ReportMaker(source, ROOM).make(running), isPassing ? "passing" : state);
  try {
    writeDraft(together.draft(REPORT_FILES.page), page);
  } catch (error) {
    together.drop(REPORT_FILES.page);
    throw error;
  }
  return true;
}

/** While a deploy goes on, its page has so many jobs. */
const LIVE_ROOM: Room = { all: 3000, choice: 2000 };
/** A deploy that is over before this, in milliseconds, has no live page. */
const BEFORE_FIRST = 5000;
/** News come this often, in milliseconds; where it takes long to make them, so many times as long as that. */
const BETWEEN_NEWS = 2000;
const BREATH = 12;
/** Of failed jobs so many are looked at while others run. */
const MOST_CLUSTERED = 1000;

/** The page of a deploy that goes on: written once, and then its news, in a script beside it. */
export class LiveReport {
  readonly #began = Date.now();
  #due = this.#began + BEFORE_FIRST;
  #maker: ReportMaker | undefined;
  #writing = false;
  #clustered: { readonly of: number; readonly clusters: readonly ShownCluster[] } | undefined;

  constructor(
    readonly workspace: Workspace,
    readonly source: ReportSource,
  ) {}

  /** Adds a result that was noted since the last time. */
  add(result: Parameters<ReportMaker["add"]>[0]): void {
    this.#maker?.add(result);
  }

  /** Writes what is new, if it is time. @throws what the disk says */
  async show(running: () => readonly RunningTry[]): Promise<void> {
    const before = Date.now();
    if (before < this.#due || this.#writing) return;
    this.#writing = true;
    try {
      await this.#write(running());
    } finally {
      const now = Date.now();
      this.#due = now + Math.max(BETWEEN_NEWS, (now - before) * BREATH);
      this.#writing = false;
    }
  }

  /** To read many logs takes seconds: while it goes on, the first ones stand for all. */
  #clusterSome(failures: readonly Failure[]): readonly ShownCluster[] {
    if (this.#clustered?.of !== Math.min(failures.length, MOST_CLUSTERED)) {
      const some = failures.slice(0, MOST_CLUSTERED);
      this.#clustered = { of: some.length, clusters: this.source.cluster(some) };
    }
    return this.#clustered.clusters;
  }

  async #write(running: readonly RunningTry[]): Promise<void> {
    const { workspace, source } = this;
    if (isForeignPage(workspace)) return;
    const isFirst = this.#maker === undefined;
    if (!this.#maker) {
      const cluster = (failures: readonly Failure[]) => this.#clusterSome(failures);
      this.#maker = new ReportMaker({ ...source, cluster }, LIVE_ROOM);
    }
    const data = this.#maker.make(running, true);
    const { renderNews } = await import("./render-page.js");
    makeFolders(workspace.results);
    replaceBy(join(workspace.results, REPORT_FILES.news), (draft) => writeFileSync(draft, renderNews(data)));
    if (isFirst) writeAtomically(reportPath(workspace), await render(data, "live"));
  }
}
