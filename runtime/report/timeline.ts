import { FULLY_BUSY, type Lane, type Place, type Segment, type Timeline, TROUBLE, type Tries } from "./report-data.js";
import type { RunSpan, TryTable } from "./try-table.js";

/** So many bins the time has, over all segments: about one for each pixel. */
const BINS = 1000;
const FEWEST_BINS = 8;
/** Runs that were long ago are not drawn if there are more stretches of time than this. */
const MOST_SEGMENTS = 24;
/** Slots that are drawn one by one; of more, those of one manager are a lane together. */
const MOST_LANES = 240;
/** Tries that are named one by one. */
const MOST_TRIES = 250_000;
/** A stretch in which nothing ran is drawn if it is shorter than this, in milliseconds, or than that part of the whole. */
const SHORT_GAP = 2000;
const SHORT_PART = 0.05;

interface Stretch {
  from: number;
  to: number;
  readonly runs: string[];
}

/** The time in which something ran, the oldest first: runs that overlap, or nearly follow each other, are one stretch. */
function findStretches(spans: readonly RunSpan[]): Stretch[] {
  const sorted = [...spans].sort((a, b) => a.from - b.from);
  const busy = sorted.reduce((sum, { from, to }) => sum + to - from, 0);
  const gap = Math.max(SHORT_GAP, busy * SHORT_PART);
  const stretches: Stretch[] = [];
  for (const { run, from, to } of sorted) {
    const last = stretches.at(-1);
    if (last && from - last.to <= gap) {
      last.to = Math.max(last.to, to);
      last.runs.push(run);
    } else stretches.push({ from, to, runs: [run] });
  }
  return stretches;
}

function makeSegments(stretches: readonly Stretch[]): Segment[] {
  const whole = stretches.reduce((sum, { from, to }) => sum + Math.max(1, to - from), 0);
  const shared = BINS - FEWEST_BINS * stretches.length;
  let bin = 0;
  return stretches.map(({ from, to, runs }) => {
    const length = Math.max(1, to - from);
    const bins = FEWEST_BINS + Math.floor((shared * length) / whole);
    const segment = { from, to: from + length, bin, bins, runs };
    bin += bins;
    return segment;
  });
}

/** Where something ran; all slots together where none is named. */
type Spot = Pick<Lane, "host" | "manager"> & { readonly slot?: string | undefined };

function byPlace(a: Spot, b: Spot): number {
  const compare = (one: string, other: string) => one.localeCompare(other, "en", { numeric: true });
  return compare(a.host, b.host) || compare(a.manager, b.manager) || compare(a.slot ?? "", b.slot ?? "");
}

/** Which lanes are drawn, and for each lane of the table which of them it belongs to. */
function chooseLanes(all: readonly Lane[]) {
  const isGrouped = all.length > MOST_LANES;
  const nameOf = ({ host, manager, slot }: Lane) => `${host}\t${manager}${isGrouped ? "" : `\t${slot}`}`;
  const byName = new Map<string, Lane>();
  for (const lane of all) {
    const { host, manager } = lane;
    const slots = (byName.get(nameOf(lane))?.slots ?? 0) + 1;
    byName.set(nameOf(lane), isGrouped ? { host, manager, slot: undefined, slots } : lane);
  }
  const sorted = [...byName.values()].sort(byPlace);
  const lanes = sorted.slice(0, MOST_LANES);
  const places = new Map(lanes.map((lane, i) => [nameOf(lane), i]));
  const placeOf = all.map((lane) => places.get(nameOf(lane)) ?? -1);
  return { lanes, placeOf, more: sorted.length - lanes.length };
}

function segmentAt(segments: readonly Segment[], time: number): Segment | undefined {
  let [low, high] = [0, segments.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((segments[middle] as Segment).from <= time) low = middle;
    else high = middle - 1;
  }
  const found = segments[low];
  return found && time >= found.from && time <= found.to ? found : undefined;
}

/** Adds a stretch, in bins, to one lane's sums: whole bins cost two steps, however many they are. */
class Sums {
  readonly #parts: Float64Array;
  readonly #changes: Float64Array;

  constructor(
    lanes: number,
    readonly bins: number,
  ) {
    this.#parts = new Float64Array(lanes * bins);
    this.#changes = new Float64Array(lanes * (bins + 1));
  }

  add(lane: number, from: number, to: number): void {
    const [first, last] = [Math.floor(from), Math.min(this.bins - 1, Math.floor(to))];
    const parts = lane * this.bins;
    if (first === last) this.#parts[parts + first] = (this.#parts[parts + first] ?? 0) + to - from;
    else {
      this.#parts[parts + first] = (this.#parts[parts + first] ?? 0) + first + 1 - from;
      this.#parts[parts + last] = (this.#parts[parts + last] ?? 0) + to - last;
      const changes = lane * (this.bins + 1);
      this.#changes[changes + first + 1] = (this.#changes[changes + first + 1] ?? 0) + 1;
      this.#changes[changes + last] = (this.#changes[changes + last] ?? 0) - 1;
    }
  }

  /** How full each bin of a lane is: 1 if one try took all of it. */
  of(lane: number): number[] {
    let whole = 0;
    return Array.from({ length: this.bins }, (_, bin) => {
      whole += this.#changes[lane * (this.bins + 1) + bin] as number;
      return whole + (this.#parts[lane * this.bins + bin] as number);
    });
  }
}

/** Every try by its lane, in the order in which they began. */
function listTries(table: TryTable, placeOf: readonly number[], lanes: number, zero: number): Tries | undefined {
  if (table.length > MOST_TRIES) return undefined;
  const byLane: number[][] = Array.from({ length: lanes }, () => []);
  for (let i = 0; i < table.length; i += 1) {
    if (table.starts.at(i) >= zero) byLane[placeOf[table.lanes.at(i)] as number]?.push(i);
  }
  const tries = { counts: [] as number[], starts: [] as number[], lengths: [] as number[], jobs: [] as number[] };
  for (const lane of byLane) {
    lane.sort((a, b) => table.starts.at(a) - table.starts.at(b));
    tries.counts.push(lane.length);
    let before = zero;
    for (const i of lane) {
      tries.starts.push(table.starts.at(i) - before);
      before = table.starts.at(i);
      tries.lengths.push(table.lengths.at(i));
      tries.jobs.push(table.jobs.at(i));
    }
  }
  return tries;
}

/** What ran where and when, in bins; undefined if nothing is known of that. */
export function makeTimeline(table: TryTable): Timeline | undefined {
  const stretches = findStretches(table.spans);
  if (stretches.length === 0) return undefined;
  const shown = stretches.slice(-MOST_SEGMENTS);
  const segments = makeSegments(shown);
  const { lanes, placeOf, more } = chooseLanes(table.laneList);
  const last = segments.at(-1) as Segment;
  const bins = last.bin + last.bins;
  const sums = new Sums(lanes.length + 1, bins); // the last one is of all lanes, also of those that are not drawn
  const troubles = new Uint8Array(lanes.length * bins);
  let segment = last;
  for (let i = 0; i < table.length; i += 1) {
    const start = table.starts.at(i);
    if (start < segment.from || start > segment.to) {
      const found = segmentAt(segments, start);
      if (!found) continue;
      segment = found;
    }
    const scale = segment.bins / (segment.to - segment.from);
    const from = Math.min(bins - 1e-9, segment.bin + (start - segment.from) * scale);
    const to = Math.min(segment.bin + segment.bins, from + table.lengths.at(i) * scale);
    sums.add(lanes.length, from, to);
    const lane = placeOf[table.lanes.at(i)] as number;
    if (lane < 0) continue;
    // One that took no time at all is to be seen, too.
    sums.add(lane, from, Math.max(to, Math.min(bins, from + 1e-3)));
    const trouble = table.troubles.at(i);
    if (trouble === TROUBLE.none) continue;
    for (let bin = Math.floor(from); bin <= Math.min(to, bins - 1); bin += 1)
      troubles[lane * bins + bin] = Math.max(troubles[lane * bins + bin] as number, trouble);
  }
  const cells = lanes.map(({ slots }, lane) =>
    sums.of(lane).map((busy, bin) => {
      const level = busy <= 1e-6 ? 0 : Math.max(1, Math.round(Math.min(1, busy / slots) * FULLY_BUSY));
      return level + (troubles[lane * bins + bin] as number) * (FULLY_BUSY + 1);
    }),
  );
  return {
    segments,
    earlierRuns: stretches.slice(0, -MOST_SEGMENTS).reduce((sum, { runs }) => sum + runs.length, 0),
    lanes,
    moreLanes: more,
    cells,
    running: sums.of(lanes.length).map((value) => Math.round(value * 100) / 100),
    tries: listTries(table, placeOf, lanes.length, (segments[0] as Segment).from),
  };
}

/** What each manager did on each host, over all runs. */
export function findPlaces(table: TryTable): Place[] {
  const whole = findStretches(table.spans).reduce((sum, { from, to }) => sum + to - from, 0);
  const lanes = table.laneList.map((lane) => ({ lane, tries: 0, failed: 0, busy: 0 }));
  for (let i = 0; i < table.length; i += 1) {
    const used = lanes[table.lanes.at(i)] as (typeof lanes)[number];
    used.tries += 1;
    used.busy += table.lengths.at(i);
    if (table.troubles.at(i) === TROUBLE.failed) used.failed += 1;
  }
  const places = new Map<string, Place>();
  for (const { lane, tries, failed, busy } of lanes) {
    const { host, manager } = lane;
    const known = places.get(`${host}\t${manager}`);
    const slots = (known?.slots ?? 0) + 1;
    const busySeconds = (known?.busySeconds ?? 0) + busy / 1000;
    places.set(`${host}\t${manager}`, {
      ...{ host, manager, slots, busySeconds },
      tries: (known?.tries ?? 0) + tries,
      failed: (known?.failed ?? 0) + failed,
      busyShare: whole > 0 ? Math.min(1, busySeconds / ((whole / 1000) * slots)) : 1,
    });
  }
  return [...places.values()].sort(byPlace);
}
