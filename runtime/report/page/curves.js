import UPlot from "uplot";
import { formatClock, formatKind, formatNumber } from "./format.js";
import { gutterOf } from "./timeline.js";

const HEIGHT = { running: 130, against: 300 };
/** From here on equal steps would hide most of the points. */
const WIDE = 50;

function colorsOf(element) {
  const style = getComputedStyle(element);
  return (name) => style.getPropertyValue(`--${name}`).trim();
}

function axisOf(color, more) {
  return {
    stroke: color("muted"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: color("line"), width: 1 },
    ticks: { show: false },
    ...more,
  };
}

const SECONDS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200,
  14_400, 43_200, 86_400,
];

/** How many jobs ran side by side, under the timeline and to its scale. */
export function drawRunning(element, timeline, scale) {
  const color = colorsOf(element);
  const width = element.clientWidth;
  const [places, counts] = scale.spread(timeline.running);
  const most = Math.max(1, ...timeline.running);
  const timeAt = (place) => scale.at(place)?.time;
  const plot = new UPlot(
    {
      width,
      height: HEIGHT.running,
      padding: [8, 0, 4, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { x: { time: false, range: () => [0, scale.width] }, y: { range: () => [0, most * 1.05] } },
      axes: [
        axisOf(color, { show: false }),
        axisOf(color, {
          size: gutterOf(width),
          space: 28,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
        }),
      ],
      series: [
        {},
        {
          stroke: color("done"),
          fill: `${color("done")}33`,
          width: 1.5,
          points: { show: false },
          paths: UPlot.paths.stepped({ align: 1 }),
        },
      ],
      hooks: { setCursor: [(chart) => tell(chart)] },
    },
    [places, counts],
    element,
  );
  const words = document.createElement("p");
  words.className = "quiet";
  words.textContent = "\u00a0";
  element.append(words);
  function tell({ cursor: { idx } }) {
    const time = idx === null || idx === undefined ? undefined : timeAt(places[idx]);
    words.textContent = time === undefined ? "\u00a0" : `${formatNumber(counts[idx])} at ${formatClock(time)}`;
  }
  return plot;
}

/** Points by two measures. `points`: what lies where, and whether it has failed; by x. */
export function drawPoints(element, points, x, y) {
  const color = colorsOf(element);
  const ys = points.map((point) => point.y).filter((value) => value > 0);
  const isWide = ys.length > 0 && Math.max(...spanOf(ys)) / Math.min(...spanOf(ys)) > WIDE;
  const of = (isFailed) =>
    points.map((point) => (point.isFailed !== isFailed || (isWide && point.y <= 0) ? null : point.y));
  const dots = (name) => ({
    label: name,
    stroke: color(name),
    paths: () => null,
    points: {
      show: true,
      size: points.length > 4000 ? 3 : 5,
      fill: `${color(name)}88`,
      stroke: `${color(name)}cc`,
      width: 0.5,
    },
  });
  return new UPlot(
    {
      width: element.clientWidth,
      height: HEIGHT.against,
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: false },
        y: isWide ? { distr: 3 } : { range: (_chart, _least, most) => [0, (most || 1) * 1.05] },
      },
      axes: [
        axisOf(color, { label: x.name, labelSize: 22, labelFont: "12px system-ui, sans-serif", size: 34 }),
        axisOf(color, {
          size: 76,
          ...(y.kind === "seconds" && !isWide ? { incrs: SECONDS } : {}),
          values: (_chart, values) => values.map((value) => (value === null ? "" : formatKind(y.kind, value))),
        }),
      ],
      series: [{}, dots("done"), dots("failed")],
    },
    [points.map((point) => point.x), of(false), of(true)],
    element,
  );
}

/** The least and the most of many numbers. */
export function spanOf(values) {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}
