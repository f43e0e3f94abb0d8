import { countOf, formatBytes, formatNumber, formatSeconds } from "../../compiler/format/amounts.js";
import type { Bar, Distribution } from "./report-data.js";

/** The size of a drawing, in units of its own: the page scales it. */
const WIDTH = 420;
const HEIGHT = 168;
const LEFT = 8;
const RIGHT = 412;
const TOP = 22;
const FOOT = 138;
/** A bar that has any jobs is to be seen. */
const LEAST_HEIGHT = 1.5;
const MOST_TICKS = 6;

const TITLES: Readonly<Record<Distribution["measure"], string>> = {
  seconds: "How long jobs took",
  peak_memory: "Peak memory",
  cpus: "Cores kept busy",
};

/** Where nothing is known of one measure for that reason. */
const ABOUT: Readonly<Partial<Record<Distribution["measure"], string>>> = {
  peak_memory: "Known of jobs that ran for a second or longer.",
  cpus: "Processor time by duration, of jobs that ran for a second or longer.",
};

export function formatMeasure(measure: Distribution["measure"], value: number): string {
  if (measure === "peak_memory") return formatBytes(value);
  if (measure === "cpus") return formatNumber(Math.round(value * 100) / 100);
  if (value > 0 && value < 0.1) return `${formatNumber(Math.round(value * 10_000) / 10)} ms`;
  return formatSeconds(value);
}

/** Where values lie from the left to the right. */
function scaleOf({ bars, isLogarithmic, asked }: Distribution): (value: number) => number {
  const first = (bars[0] as Bar).from;
  const last = Math.max((bars.at(-1) as Bar).to, isAskedNear(bars, asked) ? (asked as number) : 0);
  const at = isLogarithmic ? Math.log10 : (value: number) => value;
  return (value) => LEFT + ((at(value) - at(first)) / (at(last) - at(first))) * (RIGHT - LEFT);
}

/** What was asked for is drawn if that leaves room for the bars; else it is told. */
function isAskedNear(bars: readonly Bar[], asked: number | undefined): boolean {
  const most = (bars.at(-1) as Bar).to;
  return asked !== undefined && asked <= most * 4 && asked >= (bars[0] as Bar).from;
}

function ticksOf(distribution: Distribution, x: (value: number) => number) {
  const { bars, measure } = distribution;
  const edges = [(bars[0] as Bar).from, ...bars.map(({ to }) => to)];
  const step = Math.ceil((edges.length - 1) / (MOST_TICKS - 1));
  const ticks = edges
    .filter((_, i) => i % step === 0)
    .map((value) => {
      const place = x(value);
      const anchor = place < LEFT + 20 ? "start" : place > RIGHT - 20 ? "end" : "middle";
      // Two digits are enough to tell ticks apart that are so many times as large as the one before.
      const round = distribution.isLogarithmic ? Number(value.toPrecision(2)) : value;
      return {
        x: place,
        anchor,
        text: formatMeasure(measure, round)
          .replace(/ 0 (s|min|h)$/, "")
          .replace(/^0\.0 s$/, "0 s"),
      };
    });
  // Of what is the same when it is rounded, one tells it.
  return ticks.filter(({ text }, i) => text !== ticks[i - 1]?.text);
}

/** A distribution as the page draws it. */
export function viewHistogram(distribution: Distribution) {
  const { bars, measure, known, least, median, ninetieth, most, asked, isMost } = distribution;
  const x = scaleOf(distribution);
  const highest = Math.max(...bars.map(({ done, failed }) => done + failed));
  const height = (count: number) => (count === 0 ? 0 : Math.max(LEAST_HEIGHT, (count / highest) * (FOOT - TOP)));
  const format = (value: number) => formatMeasure(measure, value);
  const drawn = bars
    .filter(({ done, failed }) => done + failed > 0)
    .map(({ from, to, done, failed }) => {
      const [left, right] = [x(from), x(to)];
      const [doneHeight, failedHeight] = [height(done), height(failed)];
      const count =
        failed > 0 ? `${countOf(done + failed, "job")}, ${formatNumber(failed)} failed` : countOf(done, "job");
      return {
        x: left + 0.5,
        width: Math.max(1, right - left - 1),
        doneY: FOOT - doneHeight,
        doneHeight,
        failedY: FOOT - doneHeight - failedHeight,
        failedHeight,
        title: `${format(from)} to ${format(to)}: ${count}`,
      };
    });
  const isNear = isAskedNear(bars, asked);
  const share = asked === undefined ? "" : ` (${Math.round((median / asked) * 100)} % of it in the middle)`;
  return {
    title: TITLES[measure],
    width: WIDTH,
    height: HEIGHT,
    left: LEFT,
    right: RIGHT,
    foot: FOOT,
    tickY: FOOT + 16,
    bars: drawn,
    ticks: ticksOf(distribution, x),
    asked: isNear ? { x: x(asked as number), top: TOP - 8, foot: FOOT, ...askedLabel(x(asked as number)) } : undefined,
    askedText: asked === undefined ? undefined : `Asked for: ${isMost ? "at most " : ""}${format(asked)}${share}`,
    label: `${TITLES[measure]}, of ${countOf(known, "job")}: from ${format(least)} to ${format(most)}, in the middle ${format(median)}`,
    facts: [
      { name: "least", value: format(least) },
      { name: "median", value: format(median) },
      { name: "90 %", value: format(ninetieth) },
      { name: "most", value: format(most) },
    ],
    note: ABOUT[measure],
  };
}

function askedLabel(x: number) {
  return x > (LEFT + RIGHT) / 2 ? { labelX: x - 4, anchor: "end" } : { labelX: x + 4, anchor: "start" };
}
