import { type Comparison, type Figure, isMet, type Line } from "./bench.js";

const HEADER = ["", "ours", "theirs", "ratio", "bar", ""];

function show({ value, unit, range }: Figure): string {
  const digits = unit === "s" ? 3 : unit === "MB" || (unit === "calls" && value >= 100) ? 0 : 2;
  const spread = range && range[0] !== range[1] ? ` (${range.map((end) => end.toFixed(digits)).join("–")})` : "";
  return `${value.toFixed(digits)} ${unit}${spread}`;
}

function verdict(line: Comparison): string {
  const met = isMet(line);
  return met === undefined ? "" : met ? "met" : "not met";
}

function cellsOf(line: Line): string[] {
  if (line.kind === "skipped") return [line.what, "–", "–", "–", "–", `skipped: ${line.why}`];
  const { what, ours, theirs, ratio, bar } = line;
  return [what, show(ours), theirs ? show(theirs) : "", ratio?.toFixed(2) ?? "", bar?.words ?? "", verdict(line)];
}

/** The lines of one bench as a table with columns that line up. */
export function textTable(lines: readonly Line[]): string {
  const rows = [HEADER, ...lines.map(cellsOf)];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] as number)).join("  ")}`.trimEnd())
    .join("\n");
}

/** All lines as a table for `swarms/speed.md`. */
export function markdownTable(lines: readonly Line[]): string {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [row(HEADER), row(HEADER.map(() => "---")), ...lines.map((line) => row(cellsOf(line)))].join("\n");
}

/** All lines for programs. */
export function jsonLines(bench: string, lines: readonly Line[]): readonly object[] {
  return lines.map((line) =>
    line.kind === "skipped" ? { bench, ...line } : { bench, ...line, met: isMet(line) ?? null },
  );
}
