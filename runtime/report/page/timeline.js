import { formatClock, formatDay, formatSeconds, formatShortSeconds, roundStep } from "./format.js";
import { TryFinder } from "./try-finder.js";

/** How high a row is, in pixels, and all of them together at most unless each needs more. */
const ROW = { least: 2, most: 18 };
const ROWS_TOGETHER = 420;
const AXIS = 36;
/** So near the pointer has to be, in pixels. */
const NEAR = 3;
const FULLY_BUSY = 63;

/** The room for names, on the left of a drawing of that width. */
export function gutterOf(width) {
  return width < 560 ? 44 : 132;
}

function colorsOf(element) {
  const style = getComputedStyle(element);
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  return Object.fromEntries(
    ["done", "failed", "again", "idle", "pending", "muted", "ink", "line", "card"].map((name) => [name, color(name)]),
  );
}

/** The rows that belong together: those of one manager on one host. */
function groupLanes(lanes) {
  const groups = [];
  lanes.forEach(({ host, manager }, i) => {
    const last = groups[groups.length - 1];
    if (last && last.host === host && last.manager === manager) last.count += 1;
    else groups.push({ host, manager, first: i, count: 1 });
  });
  return groups;
}

/** What ran where and when. */
export class TimelineDrawing {
  #element;
  #tip;
  #canvas = document.createElement("canvas");
  #timeline;
  #scale;
  #finder;
  #jobs;
  #choose;

  constructor(element, tip, choose) {
    this.#element = element;
    this.#tip = tip;
    this.#choose = choose;
    this.#canvas.setAttribute("role", "img");
    element.replaceChildren(this.#canvas);
    this.#canvas.addEventListener("mousemove", (event) => this.#point(event));
    this.#canvas.addEventListener("mouseleave", () => tip.hide());
    this.#canvas.addEventListener("click", (event) => {
      const found = this.#whatIsAt(event);
      if (found?.name) this.#choose(found.name);
    });
  }

  take(timeline, scale, jobs, label) {
    this.#timeline = timeline;
    this.#scale = scale;
    this.#jobs = jobs;
    this.#finder = timeline.tries && new TryFinder(timeline);
    this.#canvas.setAttribute("aria-label", label);
    this.draw();
  }

  get #rowHeight() {
    const rows = this.#timeline.lanes.length;
    return Math.max(ROW.least, Math.min(ROW.most, Math.floor(ROWS_TOGETHER / rows)));
  }

  draw() {
    if (!this.#timeline) return;
    const { lanes } = this.#timeline;
    const width = this.#element.clientWidth;
    const height = lanes.length * this.#rowHeight + AXIS;
    const ratio = window.devicePixelRatio || 1;
    Object.assign(this.#canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    Object.assign(this.#canvas.style, { width: `${width}px`, height: `${height}px` });
    const context = this.#canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.font = getComputedStyle(document.body).font.replace(/[\d.]+px/, "11px");
    const colors = colorsOf(this.#element);
    const gutter = gutterOf(width);
    const unit = (width - gutter) / this.#scale.width;
    this.#drawRows(context, colors, gutter, unit);
    this.#drawNames(context, colors, gutter, width);
    this.#drawAxis(context, colors, gutter, unit, lanes.length * this.#rowHeight);
  }

  #drawRows(context, colors, gutter, unit) {
    const height = this.#rowHeight;
    const pad = height > 8 ? 2 : height > 4 ? 1 : 0;
    const waiting = makeHatch(context, colors);
    this.#timeline.cells.forEach((cells, lane) => {
      const y = lane * height;
      this.#scale.segments.forEach(({ bin, bins }, segment) => {
        const start = gutter + this.#scale.startOf(segment) * unit;
        let first = 0;
        while (first < bins && cells[bin + first] === 0) first += 1;
        let last = bins - 1;
        while (last > first && cells[bin + last] === 0) last -= 1;
        if (first === bins) return; // it had no part in this
        context.fillStyle = waiting;
        if (first > 0) context.fillRect(start, y + pad, first * unit, height - 2 * pad);
        context.fillStyle = colors.idle;
        context.fillRect(start + first * unit, y + pad, (bins - first) * unit, height - 2 * pad);
        this.#drawCells(context, colors, cells, {
          bin,
          first,
          last,
          start,
          unit,
          y: y + pad,
          height: height - 2 * pad,
        });
      });
    });
    context.globalAlpha = 1;
  }

  /** Cells that are alike, and beside each other, are drawn at once. */
  #drawCells(context, colors, cells, { bin, first, last, start, unit, y, height }) {
    let at = first;
    while (at <= last) {
      const cell = cells[bin + at];
      let end = at + 1;
      while (end <= last && cells[bin + end] === cell) end += 1;
      if (cell !== 0) {
        const trouble = cell >> 6;
        context.fillStyle = trouble === 2 ? colors.failed : trouble === 1 ? colors.again : colors.done;
        // Also what took a moment is to be seen.
        context.globalAlpha = trouble ? 1 : 0.3 + 0.7 * ((cell & FULLY_BUSY) / FULLY_BUSY);
        context.fillRect(start + at * unit, y, (end - at) * unit + 0.3, height);
      }
      at = end;
    }
    context.globalAlpha = 1;
  }

  #drawNames(context, colors, gutter, width) {
    const height = this.#rowHeight;
    context.textBaseline = "middle";
    context.textAlign = "left";
    for (const { host, manager, first, count } of groupLanes(this.#timeline.lanes)) {
      const y = first * height;
      if (first > 0) {
        context.fillStyle = colors.line;
        context.fillRect(0, y - 0.5, width, 1);
      }
      if (count * height < 11) continue;
      context.fillStyle = colors.ink;
      const two = count * height >= 26;
      context.fillText(fit(context, two ? host : `${host} ${manager}`, gutter - 10), 0, y + 8);
      context.fillStyle = colors.muted;
      if (two) context.fillText(fit(context, manager, gutter - 10), 0, y + 21);
    }
  }

  #drawAxis(context, colors, gutter, unit, top) {
    context.textBaseline = "top";
    let free = 0; // from here on no text stands yet
    this.#scale.segments.forEach(({ from, to, bins }, segment) => {
      const left = gutter + this.#scale.startOf(segment) * unit;
      const width = bins * unit;
      context.fillStyle = colors.pending;
      context.fillRect(left, top + 3, width, 1);
      const step = roundStep((to - from) / 1000, Math.max(1, Math.floor(width / 80)));
      context.fillStyle = colors.muted;
      context.textAlign = "left";
      if (left >= free) {
        const start = `${formatDay(from)} ${formatClock(from)}`;
        context.fillText(start, left, top + 21);
        free = left + context.measureText(start).width + 12;
      }
      for (let seconds = 0; seconds <= (to - from) / 1000; seconds += step) {
        const x = gutter + this.#scale.placeOf(segment, from + seconds * 1000) * unit;
        context.fillRect(x, top + 3, 1, 4);
        const text = formatShortSeconds(seconds, step);
        context.textAlign = seconds === 0 ? "left" : "center";
        const half = context.measureText(text).width / 2;
        if (x + half <= left + width + 4 && (seconds > 0 || width > 30)) context.fillText(text, x, top + 8);
      }
    });
  }

  #whatIsAt(event) {
    const box = this.#canvas.getBoundingClientRect();
    const lane = Math.floor((event.clientY - box.top) / this.#rowHeight);
    const gutter = gutterOf(box.width);
    const unit = (box.width - gutter) / this.#scale.width;
    const here = this.#scale.at((event.clientX - box.left - gutter) / unit);
    const place = this.#timeline.lanes[lane];
    if (!place || !here) return undefined;
    const { from, to, bins } = this.#scale.segments[here.segment];
    const near = (NEAR / unit / bins) * (to - from);
    const found = this.#finder?.find(lane, here.time, near);
    const row = found && this.#jobs.rowOf(found.job);
    return { place, here, found, name: row === undefined ? undefined : this.#jobs.nameOf(row), row };
  }

  #point(event) {
    const what = this.#whatIsAt(event);
    if (!what) return this.#tip.hide();
    const { place, here, found, name, row } = what;
    const where = `${place.host}, ${place.manager}${place.slot ? `, slot ${place.slot}` : ""}`;
    const cell = this.#timeline.cells[this.#timeline.lanes.indexOf(place)][here.bin];
    const lines = [];
    if (found) {
      lines.push(name ?? "a job that is not in the table");
      lines.push(`${formatSeconds(found.length / 1000)} from ${formatClock(found.start)}`);
      if (row !== undefined) lines.push(this.#jobs.statusOf(row));
    } else if (cell === 0) lines.push(`idle at ${formatClock(here.time)}`);
    else lines.push(`${Math.round(((cell & FULLY_BUSY) / FULLY_BUSY) * 100)} % busy at ${formatClock(here.time)}`);
    this.#tip.show(event, [...lines, where].filter(Boolean).join("\n"));
  }
}

/** What is drawn where a row waits. */
function makeHatch(context, colors) {
  const tile = document.createElement("canvas");
  Object.assign(tile, { width: 5, height: 5 });
  const strokes = tile.getContext("2d");
  strokes.strokeStyle = colors.pending;
  strokes.beginPath();
  for (const shift of [-5, 0, 5]) {
    strokes.moveTo(shift, 5);
    strokes.lineTo(shift + 5, 0);
  }
  strokes.stroke();
  return context.createPattern(tile, "repeat");
}

function fit(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  let length = text.length;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length -= 1;
  return `${text.slice(0, length)}…`;
}
