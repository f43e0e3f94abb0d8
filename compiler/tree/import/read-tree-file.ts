import { cleanSource } from "../../format/delivery.js";
import type { Problem } from "../../problem/problem.js";
import { asPattern } from "./as-pattern.js";

export interface ImportedTree {
  /** undefined: the file has no `#WORKDIR` line */
  readonly workdir: string | undefined;
  readonly select: readonly string[];
  readonly problems: readonly Problem[];
}

interface Line {
  readonly depth: number;
  readonly text: string;
  readonly at: (offset: number) => { readonly file: string; readonly line: number; readonly column: number };
}

class Reader {
  readonly problems: Problem[] = [];
  readonly takes: string[] = [];
  readonly leaves: string[] = [];
  workdir: string | undefined;
  /** folders that lines further in can belong to, one for each depth: patterns from the tree's root, with a slash */
  readonly #open: string[] = [""];

  constructor(readonly file: string) {}

  #wrong(place: Problem["place"], message: string, hint: string): void {
    this.problems.push({ message, hint, place });
  }

  #readWorkdir(raw: string, number: number): void {
    const place = { file: this.file, line: number, column: 1 };
    const [, path] = /^#WORKDIR[ \t]*:[ \t]*(.*?)[ \t]*$/.exec(raw) ?? [];
    if (path === undefined || path === "") {
      this.#wrong(place, "this line names no working directory", "write #WORKDIR : path");
    } else if (this.workdir !== undefined) {
      this.#wrong(place, "the working directory is named a second time", "leave one of the lines out");
    } else if (path.startsWith("/") || path.split("/").includes("..")) {
      this.#wrong(place, `the working directory "${path}" is not within the tree`, "write it from the tree's root");
    } else this.workdir = cleanSource(path) || ".";
  }

  /** A comment begins wherever there is a `#`. */
  read(raw: string, number: number): void {
    if (raw.startsWith("#WORKDIR")) this.#readWorkdir(raw, number);
    const content = raw.replace(/#.*/s, "").replace(/[ \t]+$/, "");
    if (content.trim() === "") return;
    const indent = /^[ \t]*/.exec(content)?.[0] ?? "";
    const place = (column: number) => ({ file: this.file, line: number, column });
    if (indent.includes(" ")) {
      this.#wrong(place(indent.indexOf(" ") + 1), "this line is indented with a space", "indent with tabs alone");
      return;
    }
    this.#readEntry({
      depth: indent.length,
      text: content.slice(indent.length),
      at: (offset) => place(indent.length + offset + 1),
    });
  }

  #readEntry(line: Line): void {
    const above = this.#open[line.depth];
    if (above === undefined) {
      const tooFar = line.depth > this.#open.length;
      this.#wrong(
        line.at(0),
        tooFar ? "this line is indented too far" : "the line that this one is indented under is no folder",
        'a line further in belongs to a folder: "name :"',
      );
      return;
    }
    this.#open.length = line.depth + 1;
    const { text } = line;
    if (text.startsWith("!")) this.#readException(line, above);
    else if (text.includes(":")) this.#readFolder(line, above);
    else {
      const pattern = this.#pattern(text, line, 0);
      if (pattern !== undefined) this.takes.push(above + pattern);
    }
  }

  #readFolder(line: Line, above: string): void {
    const [name = "", selection = "", ...more] = line.text.split(":");
    const second = line.text.indexOf(":", name.length + 1);
    if (more.length > 0) {
      this.#wrong(
        line.at(second),
        "this line has a second colon",
        'write "name : selection"; no name can hold a colon',
      );
    }
    if (name.trim() === "") {
      this.#wrong(line.at(0), "there is no folder's name before the colon", 'write "name : selection"');
    }
    const folder = this.#pattern(name.trim().replace(/\/+$/, ""), line, 0);
    if (more.length > 0 || name.trim() === "" || folder === undefined) {
      // Its children can still be read, so that all mistakes are found.
      this.#open.push(above);
      return;
    }
    const prefix = `${above}${folder}/`;
    this.#open.push(prefix);
    const wanted = selection.trim();
    const column = name.length + 1 + selection.indexOf(wanted);
    const inner = wanted === "" ? "" : this.#pattern(wanted, line, column, true);
    if (inner === undefined) return;
    // The folder itself comes along with what is selected in it, unless its own name is a pattern.
    if (inner === "" || isPattern(folder)) this.takes.push(prefix);
    if (inner !== "") this.takes.push(prefix + inner);
  }

  #readException(line: Line, above: string): void {
    const marks = /^!+/.exec(line.text)?.[0] ?? "";
    const path = line.text.slice(marks.length).trim();
    if (marks.length > 2 || path === "" || path.includes(":") || path.includes("!")) {
      this.#wrong(
        line.at(0),
        "this line says not what is left out",
        'write "! path", or "!! path" to keep its folders',
      );
      return;
    }
    const column = line.text.indexOf(path);
    // With `/**` a folder was left out as well, and with `!!` kept as well.
    const pattern = this.#pattern(path.replace(/\/\*\*$/, ""), line, column, true);
    if (pattern !== undefined) this.leaves.push(`${marks}${above}${pattern}`);
  }

  #pattern(text: string, line: Line, offset: number, recursive = false): string | undefined {
    const pattern = asPattern(text, recursive);
    if (typeof pattern === "string") return pattern;
    this.#wrong(line.at(offset + pattern.offset), pattern.message, pattern.hint);
    return undefined;
  }
}

/** Reads a tree file of the predecessor. @param file how to call it in problems */
export function readTreeFile(text: string, file: string): ImportedTree {
  const reader = new Reader(file);
  for (const [i, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries())
    reader.read(line, i + 1);
  const { problems, workdir } = reader;
  if (reader.takes.length === 0 && problems.length === 0) {
    problems.push({ message: "this file selects nothing", place: { file, line: 1, column: 1 } });
  }
  // There, what is left out is so wherever it stands; here, the last rule that matches decides.
  return { workdir, select: withoutNeedless([...reader.takes, ...reader.leaves]), problems };
}

function isPattern(text: string): boolean {
  return /(?<!\\)[*?[]/.test(text);
}

/** A folder by name alone is not needed where a rule looks into it: it comes along. */
function withoutNeedless(rules: readonly string[]): string[] {
  const once = [...new Set(rules)];
  return once.filter(
    (rule) =>
      rule.startsWith("!") ||
      !rule.endsWith("/") ||
      isPattern(rule) ||
      !once.some((other) => other !== rule && other.startsWith(rule)),
  );
}
