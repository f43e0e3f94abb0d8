import { formatPoint, roleOf } from "./point.js";
import type { Tried } from "./try-point.js";

function pad(cells: readonly (string | number)[]): string {
  const [scenario = "", role = "", fault = "", ...counts] = cells.map(String);
  return `${scenario.padEnd(12)} ${role.padEnd(16)} ${fault.padEnd(18)}${counts.map((count) => count.padStart(5)).join("")}`;
}

/** How a point came off, in one line. */
export function describeTried({ point, hit, wrong, seconds }: Tried): string {
  const mark = !hit ? "--  " : wrong.size > 0 ? "BAD " : "ok  ";
  const why = [...wrong].map(([verdict, text]) => `${verdict}: ${text}`).join("; ");
  return `${mark} ${formatPoint(point)} (${seconds.toFixed(1)} s)${why === "" ? "" : `\n     ${why.replaceAll("\n", "\n     ")}`}`;
}

/** Scenario by role by fault, how many points were all right and how many bad; and all bad ones with what reproduces them. */
export function makeTable(all: readonly Tried[]): string {
  const cells = new Map<string, [ok: number, bad: number]>();
  for (const { point, hit, wrong } of all) {
    if (!hit) continue;
    const key = `${point.scenario} ${roleOf(point)} ${point.fault}`;
    const [ok, bad] = cells.get(key) ?? [0, 0];
    cells.set(key, wrong.size > 0 ? [ok, bad + 1] : [ok + 1, bad]);
  }
  const rows = [...cells]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, [ok, bad]]) => pad([...key.split(" "), ok, bad || "."]));
  const bad = all.filter(({ wrong }) => wrong.size > 0);
  return [
    pad(["scenario", "role", "fault", "ok", "bad"]),
    ...rows,
    "",
    bad.length === 0 ? "No point is bad." : "Bad points, and what reproduces each:",
    ...bad.flatMap((tried) => [
      `npm run certify -- --point '${formatPoint(tried.point)}'`,
      `  ${describeTried(tried)}`,
      `     said: ${tried.said}`,
    ]),
    "",
  ].join("\n");
}
