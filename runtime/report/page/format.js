/* Amounts as people read them: the same words as in the tables that Locusts has written itself. */

import { formatBytes, formatSeconds as formatLonger, formatNumber } from "../../../compiler/format/amounts.js";

export { formatNumber };

export function formatSeconds(seconds) {
  if (seconds > 0 && seconds < 0.1) return `${formatNumber(Math.round(seconds * 10_000) / 10)} ms`;
  return formatLonger(seconds);
}

/** A duration on an axis: no more of it than is to be told apart. */
export function formatShortSeconds(seconds, step) {
  if (step < 1) return `${Number(seconds.toPrecision(6))} s`;
  if (step < 60 && seconds < 120) return `${Math.round(seconds)} s`;
  return formatSeconds(seconds)
    .replace(/ 0 (s|min|h)$/, "")
    .replace(/^0\.0 s$/, "0 s");
}

/** An amount of a column, by its kind. */
export function formatKind(kind, value) {
  if (value === null || value === undefined) return "";
  if (kind === "bytes") return formatBytes(value);
  if (kind === "seconds") return formatSeconds(value);
  return typeof value === "number" ? formatNumber(value) : value;
}

const two = (value) => String(value).padStart(2, "0");

export function formatClock(milliseconds) {
  const date = new Date(milliseconds);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

export function formatDay(milliseconds) {
  const date = new Date(milliseconds);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

const STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800];
const HOURS = [3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 432_000, 864_000];

/** A round step, in seconds, so that there are at most so many of them. */
export function roundStep(seconds, most) {
  return [...STEPS, ...HOURS].find((step) => seconds / step <= most) ?? seconds;
}
