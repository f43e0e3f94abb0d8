import { formatKind, formatNumber } from "./format.js";
import { findRows, sortRows, valueAt } from "./rows.js";

/** So many rows are shown at a time: on the screen, and on paper, where nobody can turn to the next ones. */
const AT_ONCE = 25;
const ON_PAPER = 100;
/** After the last letter was typed, in milliseconds. */
const PATIENCE = 120;

const byId = (id) => document.getElementById(id);

/** The table of jobs: sorted by its heads, and what is looked for. */
export class JobsTable {
  #columns = [];
  #count = 0;
  #total = 0;
  #rows = [];
  #page = 0;
  #sortBy;
  #isDescending = false;

  constructor() {
    let typed;
    byId("jobs-find").addEventListener("input", () => {
      clearTimeout(typed);
      typed = setTimeout(() => this.#find(), PATIENCE);
    });
    byId("jobs-status").addEventListener("change", () => this.#find());
    const turn = (id, page) => byId(id).addEventListener("click", () => this.#show(page()));
    turn("jobs-first", () => 0);
    turn("jobs-back", () => this.#page - 1);
    turn("jobs-next", () => this.#page + 1);
    turn("jobs-last", () => this.#lastPage);
  }

  get #lastPage() {
    return Math.max(0, Math.ceil(this.#rows.length / AT_ONCE) - 1);
  }

  /** Takes other jobs, with what is looked for and the order as they were. */
  take({ columns, rows, total }) {
    this.#columns = columns;
    this.#count = rows;
    this.#total = total;
    const statuses = columns.find(({ name }) => name === "status")?.words ?? [];
    const select = byId("jobs-status");
    const chosen = select.value;
    select.replaceChildren(
      ...["", ...statuses].map((status) => new Option(status || "all", status, false, status === chosen)),
    );
    this.#makeHeads();
    this.#find(this.#page);
  }

  /** Shows what there is to be on paper, or on the screen again. */
  turnTo(isPaper) {
    this.#show(this.#page, isPaper ? ON_PAPER : AT_ONCE);
  }

  /** Looks for one job. */
  look(word) {
    byId("jobs-find").value = word;
    this.#find();
    byId("jobs").scrollIntoView({ block: "start" });
  }

  #makeHeads() {
    const heads = this.#columns.map((column, i) => {
      const head = document.createElement("th");
      head.scope = "col";
      if (column.kind !== "text") head.className = "number";
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = column.name.replaceAll("_", " ");
      button.addEventListener("click", () => {
        // Of amounts people look for the largest first.
        this.#isDescending = this.#sortBy === i ? !this.#isDescending : column.kind !== "text";
        this.#sortBy = i;
        this.#find();
      });
      head.append(button);
      return head;
    });
    const row = document.createElement("tr");
    row.append(...heads);
    byId("jobs-table").tHead.replaceChildren(row);
  }

  #find(page = 0) {
    const found = findRows(this.#columns, this.#count, byId("jobs-find").value, byId("jobs-status").value);
    const column = this.#columns[this.#sortBy];
    this.#rows = column ? sortRows(found, column, this.#isDescending) : found;
    [...byId("jobs-table").tHead.rows[0].cells].forEach((head, i) => {
      if (i === this.#sortBy) head.ariaSort = this.#isDescending ? "descending" : "ascending";
      else head.removeAttribute("aria-sort");
    });
    this.#show(page);
  }

  #show(page, most = AT_ONCE) {
    this.#page = Math.min(Math.max(0, page), this.#lastPage);
    const from = this.#page * AT_ONCE;
    const shown = this.#rows.slice(from, from + most);
    byId("jobs-table").tBodies[0].replaceChildren(...shown.map((row) => this.#makeRow(row)));
    const range = shown.length > 0 ? `${formatNumber(from + 1)}–${formatNumber(from + shown.length)} of ` : "";
    const all = this.#rows.length < this.#total ? ` (${formatNumber(this.#total)} in all)` : "";
    byId("jobs-count").textContent = `${range}${formatNumber(this.#rows.length)}${all}`;
    byId("jobs-first").disabled = this.#page === 0;
    byId("jobs-back").disabled = this.#page === 0;
    byId("jobs-next").disabled = this.#page === this.#lastPage;
    byId("jobs-last").disabled = this.#page === this.#lastPage;
  }

  #makeRow(row) {
    const line = document.createElement("tr");
    line.append(
      ...this.#columns.map((column) => {
        const cell = document.createElement("td");
        const value = valueAt(column, row);
        cell.textContent = column.kind === "count" && value !== null ? String(value) : formatKind(column.kind, value);
        if (column.kind !== "text") cell.className = "number";
        else if (column.name === "status") cell.className = `status-${value}`;
        else if (cell.textContent.length > 40) cell.title = cell.textContent;
        return cell;
      }),
    );
    return line;
  }
}
