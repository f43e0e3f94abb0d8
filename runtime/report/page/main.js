import { Against } from "./against.js";
import { drawRunning } from "./curves.js";
import { follow } from "./live.js";
import { valueAt } from "./rows.js";
import { JobsTable } from "./table.js";
import { TimeScale } from "./time-scale.js";
import { TimelineDrawing } from "./timeline.js";
import { unpack } from "./unpack.js";

const byId = (id) => document.getElementById(id);

/** A few words beside the pointer. */
const tip = {
  show({ clientX, clientY }, text) {
    const box = byId("tip");
    box.textContent = text;
    box.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = box;
    box.style.left = `${Math.min(clientX + 14, innerWidth - width - 8)}px`;
    box.style.top = `${clientY + height + 24 > innerHeight ? clientY - height - 10 : clientY + 16}px`;
  },
  hide() {
    byId("tip").hidden = true;
  },
};

/** The jobs by their places among all, of which the page may have some alone. */
function knownJobs({ columns, places, rows }) {
  const rowOfPlace = places && new Map(places.map((place, row) => [place, row]));
  const columnOf = (name) => columns.find((column) => column.name === name);
  const [name, status, cause] = ["name", "status", "cause"].map(columnOf);
  return {
    rowOf: (place) => (rowOfPlace ? rowOfPlace.get(place) : place >= 0 && place < rows ? place : undefined),
    nameOf: (row) => valueAt(name, row),
    statusOf: (row) => [valueAt(status, row), valueAt(cause, row)].filter((word) => word && word !== "ok").join(", "),
  };
}

class Page {
  #table = new JobsTable();
  #against = new Against();
  #timeline = new TimelineDrawing(byId("timeline-drawing"), tip, (name) => this.#table.look(name));
  #running;
  #data;

  take(data) {
    this.#data = data;
    for (const element of document.querySelectorAll(".needs-script")) element.hidden = false;
    byId("timeline").hidden = !data.timeline;
    this.#table.take(data.jobs);
    this.#against.take(data.jobs, [...data.params, "host"]);
    this.#drawTime();
  }

  turnTo(isPaper) {
    if (!this.#data) return;
    this.#table.turnTo(isPaper);
    this.redraw();
  }

  #drawTime() {
    const { timeline, jobs } = this.#data;
    if (!timeline) return;
    const scale = new TimeScale(timeline.segments);
    this.#timeline.take(timeline, scale, knownJobs(jobs), byId("timeline-label")?.dataset.label ?? "Timeline");
    this.#running?.destroy();
    byId("running-drawing").replaceChildren();
    this.#running = drawRunning(byId("running-drawing"), timeline, scale);
  }

  /** Draws all anew: in another width, or in other colours. */
  redraw() {
    if (!this.#data) return;
    this.#drawTime();
    this.#against.draw();
  }
}

/** While it is printed, all is drawn as wide as paper and in its colours, and what is folded away is opened. */
function printWhole(page) {
  let folded = [];
  const turn = (isPaper) => {
    document.documentElement.classList.toggle("on-paper", isPaper);
    if (isPaper) folded = [...document.querySelectorAll("details:not([open])")];
    for (const details of folded) details.open = isPaper;
    page.turnTo(isPaper);
  };
  addEventListener("beforeprint", () => turn(true));
  addEventListener("afterprint", () => turn(false));
}

/** Times as the clock says here: without this script they are those of Greenwich. */
function localizeTimes() {
  for (const time of document.querySelectorAll("time[datetime]"))
    time.textContent = new Date(time.dateTime).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });
}

/** Puts what Locusts has written in the places of what it had written before. */
function replaceSections(sections) {
  for (const [name, html] of Object.entries(sections)) {
    const section = byId(`section-${name}`);
    if (section && section.innerHTML !== html) section.innerHTML = html;
  }
}

async function start() {
  const page = new Page();
  localizeTimes();
  try {
    page.take(await unpack(byId("data").textContent));
  } catch (error) {
    if (typeof DecompressionStream !== "undefined") throw error;
    return; // an older browser: the tables can be read
  }
  printWhole(page);
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== width) page.redraw();
    width = innerWidth;
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => page.redraw());
  const { live } = document.body.dataset;
  if (live) {
    follow(live, async ({ sections, data }) => {
      replaceSections(sections);
      localizeTimes();
      page.take(await unpack(data));
    });
  }
}

// What can be read is to be seen first.
requestAnimationFrame(() => setTimeout(start));
