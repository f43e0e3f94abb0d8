import { Groups } from "../../../compiler/format/groups.js";
import type { Cause } from "../../../compiler/format/results.js";
import type { Failure } from "../failure.js";
import type { Said } from "./log-ends.js";
import { mergeRareTexts } from "./merge-rare-texts.js";
import { markOwnWords, showMarks } from "./own-words.js";
import { type Circumstances, columnsOf, FEWEST_COMPARED, majority, Tallies, type Trait, traitsOf } from "./traits.js";
import { withoutNoise } from "./what-it-says.js";

/** Jobs that have failed alike. */
export interface FailureCluster {
  readonly cause: Cause;
  readonly exitCode: number;
  /** what was wrong, in words; what differs between them is left out */
  readonly detail: string;
  /** the end of what they print, where numbers and times are `#`, and paths `…`; empty if they print nothing */
  readonly text: string;
  /** false: there are too many failures, and nobody has looked at what these have printed */
  readonly isRead: boolean;
  readonly jobs: readonly Failure[];
  /** what they have in common and the done ones have not */
  readonly traits: readonly Trait[];
}

/** What a failure has to be like to be in a cluster. */
interface Kind extends Pick<FailureCluster, "cause" | "exitCode" | "detail" | "isRead"> {
  readonly texts: Groups<string, Failure>;
}

/** Of failures that are alike but for what they print: what they print, by all that differs too little to matter. */
function byMergedText({ texts }: Kind): ReadonlyMap<string, readonly Failure[]> {
  const counts = new Map([...texts].map(([text, { length }]) => [text, length]));
  const merged = mergeRareTexts(counts);
  const found = new Groups<string, Failure>();
  for (const [text, failures] of texts) for (const failure of failures) found.add(merged.get(text) ?? text, failure);
  return found;
}

/** What a failure is like, as far as it is compared. */
interface Likeness extends Pick<FailureCluster, "cause" | "exitCode" | "detail" | "isRead" | "text"> {
  /** tells it from others */
  readonly key: string;
}

/** What a failure is like. @param isOwn whether what is the job's own counts: its name, and the values of its params */
function likenessOf(failure: Failure, said: Said | undefined, isOwn: boolean): Likeness {
  const { cause, exitCode } = failure;
  const detail = isOwn ? withoutNoise(failure.detail) : showMarks(withoutNoise(markOwnWords(failure.detail, failure)));
  const text = (isOwn ? said?.text : said?.withoutOwn) ?? "";
  const isRead = said !== undefined;
  return { cause, exitCode, detail, isRead, text, key: JSON.stringify([cause, exitCode, detail, isRead, text]) };
}

/** Stands for several, where it only matters that there are. */
const SEVERAL = Symbol("several");

/**
 * What each failure is like: without what is the job's own where there are others that differ in that alone. Everywhere
 * else it counts, since a value may be a word that any message has.
 */
function* likenesses(
  failures: readonly Failure[],
  says: (failure: Failure) => Said | undefined,
): Generator<readonly [Failure, Likeness]> {
  const known = new Map<string, string | typeof SEVERAL>();
  for (const failure of failures) {
    const said = says(failure);
    const { key } = likenessOf(failure, said, true);
    const common = likenessOf(failure, said, false).key;
    const before = known.get(common);
    if (before === undefined)
      known.set(common, key === common ? common : key); // most are the same: kept once
    else if (before !== key) known.set(common, SEVERAL);
  }
  for (const failure of failures) {
    const said = says(failure);
    const common = likenessOf(failure, said, false);
    yield [failure, known.get(common.key) === SEVERAL ? common : likenessOf(failure, said, true)];
  }
}

/** The words in which all of them are the same, or what they are without what differs. */
function sharedDetail(jobs: readonly Failure[], detail: string): string {
  const [first] = jobs;
  return first && jobs.every((job) => job.detail === first.detail) ? first.detail : detail;
}

/**
 * Groups failures by cause, exit code and what their logs say, the largest group first.
 *
 * @param says what a failure's log says; undefined if nobody has looked
 */
export function clusterFailures(
  failures: readonly Failure[],
  says: (failure: Failure) => Said | undefined,
): FailureCluster[] {
  const kinds = new Map<string, Kind>();
  for (const [failure, { cause, exitCode, detail, isRead, text }] of likenesses(failures, says)) {
    const key = JSON.stringify([cause, exitCode, detail, isRead]);
    let kind = kinds.get(key);
    if (!kind) {
      kind = { cause, exitCode, detail, isRead, texts: new Groups() };
      kinds.set(key, kind);
    }
    kind.texts.add(text, failure);
  }
  const clusters: FailureCluster[] = [];
  for (const kind of kinds.values()) {
    const { cause, exitCode, isRead } = kind;
    for (const [text, jobs] of byMergedText(kind)) {
      clusters.push({ cause, exitCode, detail: sharedDetail(jobs, kind.detail), text, isRead, jobs, traits: [] });
    }
  }
  return clusters.sort((a, b) => b.jobs.length - a.jobs.length);
}

/** What the swarm is, as far as it matters for what jobs have in common. */
export interface Surroundings {
  /** names of the params */
  readonly params: readonly string[];
  readonly hasPilots: boolean;
  /** the jobs that are done; read once, and only if there is something to compare */
  readonly done: () => Iterable<Circumstances>;
}

/** Finds what the jobs of each cluster have in common, and the done ones have not. */
export function findTraits(clusters: readonly FailureCluster[], surroundings: Surroundings): FailureCluster[] {
  if (!clusters.some(({ jobs }) => jobs.length >= FEWEST_COMPARED)) return [...clusters];
  const columns = columnsOf(surroundings.params, surroundings.hasPilots);
  const candidates = clusters.map(({ jobs }) => columns.map((column) => majority(jobs, column)));
  const wanted = columns.map((_, at) => new Set(candidates.map((values) => values[at] as string)));
  let are: Trait["others"]["are"] = "done";
  let others = new Tallies(columns, wanted);
  for (const job of surroundings.done()) others.add(job);
  if (others.of === 0) {
    are = "failed";
    others = new Tallies(columns, wanted);
    for (const { jobs } of clusters) for (const job of jobs) others.add(job);
  }
  return clusters.map((cluster, at) => ({
    ...cluster,
    traits: traitsOf(cluster.jobs, candidates[at] as readonly string[], others, are),
  }));
}
