import { drawPoints, spanOf } from "./curves.js";
import { formatKind, formatNumber } from "./format.js";
import { valueAt } from "./rows.js";

const MEASURES = ["seconds", "cpu_seconds", "peak_memory", "read_bytes", "written_bytes"];
/** Values of a param that are shown one by one. */
const MOST_BOXES = 40;
/** A param of numbers is shown by boxes if it has no more values than that. */
const FEW_NUMBERS = 12;
const MOST_POINTS = 20_000;

const byId = (id) => document.getElementById(id);

/** Seconds, or memory, against any param. */
export class Against {
  #jobs;
  #plot;

  constructor() {
    for (const id of ["against-measure", "against-param"]) byId(id).addEventListener("change", () => this.draw());
  }

  /** @param params the names of the columns that may matter */
  take(jobs, params) {
    this.#jobs = jobs;
    const measures = jobs.columns.filter(
      ({ name, values }) => MEASURES.includes(name) && values?.some((v) => v !== null),
    );
    const causes = jobs.columns.filter((column) => params.includes(column.name) && isWorthIt(column));
    byId("against").hidden = measures.length === 0 || causes.length === 0;
    fill(byId("against-measure"), measures);
    fill(byId("against-param"), causes);
    this.draw();
  }

  draw() {
    const element = byId("against-drawing");
    this.#plot?.destroy();
    this.#plot = undefined;
    element.replaceChildren();
    if (!this.#jobs || byId("against").hidden) return;
    const columnOf = (id) => this.#jobs.columns.find(({ name }) => name === byId(id).value);
    const [measure, param] = [columnOf("against-measure"), columnOf("against-param")];
    const status = this.#jobs.columns.find(({ name }) => name === "status");
    const points = [];
    for (let row = 0; row < this.#jobs.rows; row += 1) {
      const [x, y] = [valueAt(param, row), measure.values[row]];
      if (y === null || x === null || x === "") continue;
      points.push({ x, y, isFailed: valueAt(status, row) === "failed" });
    }
    const different = new Set();
    for (const { x } of points) if (different.size <= MOST_BOXES) different.add(x);
    const isNumeric = param.kind !== "text";
    if (isNumeric && different.size > FEW_NUMBERS) this.#drawPoints(element, points, param, measure);
    else this.#drawBoxes(element, points, measure);
  }

  #drawPoints(element, points, param, measure) {
    const step = Math.ceil(points.length / MOST_POINTS);
    const shown = points.filter((_, i) => i % step === 0).sort((a, b) => a.x - b.x);
    const some =
      step > 1 ? `${formatNumber(shown.length)} of ${formatNumber(points.length)}` : formatNumber(points.length);
    byId("against-note").textContent = `A point is a job: ${some}.`;
    if (shown.length > 0) this.#plot = drawPoints(element, shown, param, measure);
  }

  #drawBoxes(element, points, measure) {
    const groups = new Map();
    for (const { x, y } of points) {
      const group = groups.get(x);
      if (group) group.push(y);
      else groups.set(x, [y]);
    }
    const names = [...groups.keys()].sort((a, b) => (typeof a === "number" ? a - b : a < b ? -1 : 1));
    const shown = names.slice(0, MOST_BOXES);
    const more =
      names.length > shown.length ? `, of the first ${MOST_BOXES} of ${formatNumber(names.length)} values` : "";
    byId("against-note").textContent =
      `From the 10th to the 90th of a hundred jobs; the box holds half of them, the line is the middle${more}.`;
    const boxes = shown.map((name) => ({ name: String(name), ...quantilesOf(groups.get(name)) }));
    if (boxes.length > 0) element.append(makeBoxes(boxes, measure, element.clientWidth));
  }
}

/** Has a column more than one value, and few enough to be shown? */
function isWorthIt({ kind, words, values }) {
  if (words) return words.filter((word) => word !== "").length > 1 && words.length <= 1000;
  if (kind === "text") return false;
  const [least, most] = spanOf(values.filter((value) => value !== null));
  return most > least;
}

function fill(select, columns) {
  const before = select.value;
  select.replaceChildren(
    ...columns.map(({ name }) => new Option(name.replaceAll("_", " "), name, false, name === before)),
  );
}

function quantilesOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  return { count: sorted.length, low: at(0.1), first: at(0.25), middle: at(0.5), third: at(0.75), high: at(0.9) };
}

const SVG = "http://www.w3.org/2000/svg";

function make(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

function makeBoxes(boxes, { name, kind }, width) {
  const [row, names, right] = [22, Math.min(180, width * 0.3), 110];
  const height = boxes.length * row + 8;
  const most = Math.max(...boxes.map(({ high }) => high)) || 1;
  const x = (value) => names + (value / most) * (width - names - right);
  const label = `${name.replaceAll("_", " ")}: ${boxes.map((box) => `${box.name} ${formatKind(kind, box.middle)}`).join(", ")}`;
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  boxes.forEach((box, i) => {
    const y = i * row + row / 2;
    const short = box.name.length > 26 ? `${box.name.slice(0, 25)}…` : box.name;
    const group = make("g", {});
    const told = ["low", "first", "middle", "third", "high"].map((part) => formatKind(kind, box[part])).join(", ");
    group.append(
      make("title", {}, `${box.name}: ${told}, of ${formatNumber(box.count)} jobs`),
      make("text", { class: "name", x: 0, y: y + 4 }, short),
      make("line", { class: "whisker", x1: x(box.low), x2: x(box.high), y1: y, y2: y }),
      make("rect", {
        class: "box",
        x: x(box.first),
        y: y - 6,
        width: Math.max(1, x(box.third) - x(box.first)),
        height: 12,
      }),
      make("line", { class: "median", x1: x(box.middle), x2: x(box.middle), y1: y - 6, y2: y + 6 }),
      make("text", { x: width - right + 10, y: y + 4 }, `${formatKind(kind, box.middle)} (${formatNumber(box.count)})`),
    );
    svg.append(group);
  });
  return svg;
}
