import { hash } from "node:crypto";
import type { Baseline } from "./baseline.js";
import { faultsFor, formatPoint, type Point, roleOf } from "./point.js";

/** All points of a scenario: of each class of calls the first one, the last one, and one in between, with each fault. */
export function pointsOf(scenario: string, { calls }: Baseline): Point[] {
  return [...calls].flatMap(([place, count]) => {
    const call = place.split("|")[1] as string;
    const within = 1 + (digestOf(place) % count);
    return faultsFor(call).flatMap((fault) =>
      [...new Set([within, 1, count])].map((nth) => ({ scenario, fault, nth, place })),
    );
  });
}

function digestOf(text: string): number {
  return Number.parseInt(hash("sha256", text).slice(0, 8), 16);
}

/** Takes one of each list in turn. */
function* inTurn<T>(lists: Iterable<readonly T[]>): Generator<T> {
  const all = [...lists];
  for (let i = 0; all.some((list) => i < list.length); i += 1)
    for (const list of all) if (i < list.length) yield list[i] as T;
}

function groupBy(points: readonly Point[], by: (point: Point) => string): Map<string, Point[]> {
  const groups = new Map<string, Point[]>();
  for (const point of points) {
    const group = groups.get(by(point));
    if (group) group.push(point);
    else groups.set(by(point), [point]);
  }
  return groups;
}

/**
 * Orders points so that any beginning of the list is spread: over the scenarios, over the roles in each,
 * and over calls and faults in each role. The same points have the same order each time.
 *
 * @param seed another one gives another order
 * @param costOf how long a scenario's points take, compared with others: the longer, the fewer
 */
export function spread(points: readonly Point[], seed: string, costOf: (scenario: string) => number): Point[] {
  const mixed = points
    .map((point) => ({ point, at: hash("sha256", `${seed} ${formatPoint(point)}`) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ point }) => point);
  const ranked = [...groupBy(mixed, ({ scenario }) => scenario)].flatMap(([scenario, of]) =>
    [...inTurn(groupBy(of, roleOf).values())].map((point, i) => ({ point, rank: i * costOf(scenario) })),
  );
  return ranked.sort((a, b) => a.rank - b.rank).map(({ point }) => point);
}
