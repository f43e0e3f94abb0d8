import { managerOf } from "../../../compiler/format/journal.js";

/** What sets a job apart, and where it ran. */
export interface Circumstances {
  /** in the order of the swarm's params */
  readonly params: readonly string[];
  /** the node; empty where it is not known */
  readonly host: string;
  /** the incarnation of the manager, such as `p3.1`; empty where it is not known */
  readonly manager: string;
}

/** What jobs that have failed alike have in common, and the done ones have not. */
export interface Trait {
  readonly kind: "param" | "node" | "pilot";
  /** of a param */
  readonly name: string;
  /** what they share: a value, or the least or the most of numbers */
  readonly value: string;
  readonly relation: "is" | "at least" | "at most";
  /** so many of the failed have it */
  readonly count: number;
  /** so many of the done ones have it, of so many; if none is done, of those that have failed in other ways */
  readonly others: { readonly count: number; readonly of: number; readonly are: "done" | "failed" };
}

/** So large a part of the failed has to share something. */
const LEAST_PART = 0.8;
/** So many times more often than among the others. */
const LEAST_LIFT = 1.5;
/** How likely it may be, at most, that it is by chance. */
const MOST_CHANCE = 0.01;
/** So many things are told of a cluster. */
const MOST_TRAITS = 3;

/** Of fewer jobs nothing is said. */
export const FEWEST_COMPARED = 3;

/** A column: a param, by its place, or where jobs ran. */
export interface Column {
  readonly kind: Trait["kind"];
  readonly name: string;
  read(job: Circumstances): string;
}

/** What is compared. @param hasPilots whether managers are pilots */
export function columnsOf(params: readonly string[], hasPilots: boolean): readonly Column[] {
  const columns: Column[] = params.map((name, at) => ({
    kind: "param",
    name,
    read: (job) => job.params[at] as string,
  }));
  columns.push({ kind: "node", name: "", read: ({ host }) => host });
  if (hasPilots) columns.push({ kind: "pilot", name: "", read: ({ manager }) => managerOf(manager) });
  return columns;
}

/** How often values of a column are met, of those that matter, and between which bounds all are, if they are numbers. */
class Tally {
  readonly counts: Map<string, number>;
  least = Number.POSITIVE_INFINITY;
  most = Number.NEGATIVE_INFINITY;

  constructor(wanted: Iterable<string>) {
    this.counts = new Map([...wanted].map((value) => [value, 0]));
  }

  add(value: string): void {
    const count = this.counts.get(value);
    if (count !== undefined) this.counts.set(value, count + 1);
    if (Number.isNaN(this.least)) return; // there was one that is no number: there are no bounds
    const number = value.trim() === "" ? Number.NaN : Number(value);
    this.least = Math.min(this.least, number);
    this.most = Math.max(this.most, number);
  }
}

/** Jobs, as far as others are compared with them. */
export class Tallies {
  readonly columns: readonly Tally[];
  of = 0;

  constructor(
    readonly compared: readonly Column[],
    /** by column, which values matter */
    wanted: readonly ReadonlySet<string>[],
  ) {
    this.columns = wanted.map((values) => new Tally(values));
  }

  add(job: Circumstances): void {
    this.of += 1;
    this.compared.forEach(({ read }, at) => {
      (this.columns[at] as Tally).add(read(job));
    });
  }
}

/** The only value that more than half of the jobs can have, without keeping any other. */
export function majority(jobs: Iterable<Circumstances>, { read }: Column): string {
  let candidate = "";
  let votes = 0;
  for (const job of jobs) {
    const value = read(job);
    if (votes === 0) candidate = value;
    votes += value === candidate ? 1 : -1;
  }
  return candidate;
}

/** The logarithm of n!, by Stirling. */
function logFactorial(n: number): number {
  return n < 2 ? 0 : n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + 1 / (12 * n);
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** How likely it is that of `n` failed jobs `k` have what `d` of `of` others have, if failures were drawn by lot. */
function chanceOf(k: number, n: number, d: number, of: number): number {
  return Math.exp(logChoose(n, k) + logChoose(of, d) - logChoose(n + of, k + d));
}

/**
 * What the jobs of a cluster have in common, and others have not; what tells most comes first.
 *
 * @param candidates by column, the value that most of them have
 * @param others may hold the cluster's own, too, if `are` is `failed`
 */
export function traitsOf(
  jobs: readonly Circumstances[],
  candidates: readonly string[],
  others: Tallies,
  are: Trait["others"]["are"],
): Trait[] {
  const own = new Tallies(
    others.compared,
    candidates.map((value) => new Set([value])),
  );
  for (const job of jobs) own.add(job);
  const size = own.of;
  const isWithin = are === "failed";
  const of = others.of - (isWithin ? size : 0);
  if (size < FEWEST_COMPARED || of <= 0) return [];
  /** The more columns and values there are, the more is shared by chance. */
  const isByChance = (count: number, elsewhere: number) =>
    chanceOf(count, size, elsewhere, of) * own.columns.length * ((size + of) / (count + elsewhere)) > MOST_CHANCE;
  const found: Trait[] = [];
  others.compared.forEach(({ kind, name }, at) => {
    const [mine, theirs] = [own.columns[at] as Tally, others.columns[at] as Tally];
    const value = candidates[at] as string;
    const count = mine.counts.get(value) as number;
    const elsewhere = (theirs.counts.get(value) ?? 0) - (isWithin ? count : 0);
    const isShared = value !== "" && count >= size * LEAST_PART && count / size >= (elsewhere / of) * LEAST_LIFT;
    if (isShared && !isByChance(count, elsewhere)) {
      // A pilot is told where its node does not tell as much.
      const node = found.find((trait) => trait.kind === "node");
      if (kind === "pilot" && node?.count === count && node.others.count === elsewhere) return;
      found.push({ kind, name, value, relation: "is", count, others: { count: elsewhere, of, are } });
    } else if (kind === "param" && !isWithin && !isByChance(size, 0)) {
      const bound = { kind, name, count: size, others: { count: 0, of, are } };
      // A comparison with what is no number is false.
      if (mine.least > theirs.most) found.push({ ...bound, value: String(mine.least), relation: "at least" });
      else if (mine.most < theirs.least) found.push({ ...bound, value: String(mine.most), relation: "at most" });
    }
  });
  const weight = (trait: Trait) => trait.count / size - trait.others.count / trait.others.of;
  return found.sort((a, b) => weight(b) - weight(a)).slice(0, MOST_TRAITS);
}
