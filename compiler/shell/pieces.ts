import { type Findings, HOLE, type HoleContext, type Quoting, type ShellUse } from "./findings.js";

/** How a run of commands ended: by its closer, by the `;;` of a `case`, or with the text. */
export type End = "closed" | "next" | "end";

/** Brackets of `${x…}` by what follows the name; the first that fits counts. */
const OPERATORS: readonly (readonly [RegExp, "word" | "arithmetic" | "pattern"])[] = [
  [/:?[-=+?]/y, "word"],
  [/:/y, "arithmetic"],
  [/##?|%%?|\/[/#%]?|\^\^?|,,?/y, "pattern"],
];

/** Where quotes begin anew, whatever is around. */
const UNQUOTED: ReadonlySet<Quoting> = new Set(["plain", "pattern", "replacement"]);

/**
 * Reads the pieces of words: quotes, escapes and expansions. It reads as bash does, but forgives
 * all errors: those are for a real parser to find.
 */
export abstract class PieceScanner {
  protected pos = 0;
  protected wordStart = 0;
  protected inCondition = false;
  private before: HoleContext["before"];
  private beforeAt = -1;

  /**
   * @param source the text to scan
   * @param at from an offset in `source` to the one in the whole text
   */
  constructor(
    protected readonly source: string,
    protected readonly at: (offset: number) => number,
    protected readonly findings: Findings,
    private readonly isHole: (offset: number) => boolean,
    protected readonly backticks = 0,
    private readonly stripsTabs = false,
  ) {}

  /** Reads commands up to the closer, which it consumes. */
  protected abstract commands(closer: ")" | undefined): End;

  /** A scanner for a part of the text that bash takes out first and reads by itself. */
  protected child(source: string, at: (offset: number) => number, backticks: number, stripsTabs: boolean): this {
    const Scanner = this.constructor as new (...args: unknown[]) => this;
    return new Scanner(source, (i: number) => this.at(at(i)), this.findings, this.isHole, backticks, stripsTabs);
  }

  protected match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.pos;
    return pattern.exec(this.source)?.[0];
  }

  protected mark(kind: string, offset = this.pos): void {
    this.findings.marks.push({ at: this.at(offset), kind });
  }

  /** Marks what begins here, and goes past it. */
  protected pass(kind: string, length = 1): void {
    this.mark(kind);
    this.pos += length;
  }

  protected leaveOpen(offset: number): void {
    this.findings.unclosed ??= this.at(offset);
  }

  protected atHole(offset = this.pos): boolean {
    return this.source[offset] === HOLE && this.isHole(this.at(offset));
  }

  protected hole(quoting: Quoting, splits = false): void {
    this.findings.holes.set(this.at(this.pos), {
      quoting,
      splits,
      backticks: this.backticks,
      before: this.beforeAt === this.pos ? this.before : undefined,
      wordStart: this.at(this.wordStart),
      inCondition: this.inCondition,
      stripsTabs: this.stripsTabs,
    });
    this.pos++;
  }

  private use(kind: ShellUse["kind"], name: string, quoting: Quoting, at = this.pos): void {
    this.findings.uses.push({ kind, name, at: this.at(at), quoting });
  }

  private setBefore(before: HoleContext["before"]): void {
    this.before = before;
    this.beforeAt = this.pos;
  }

  /** One character or one whole construct, where no quotes are open. */
  protected piece(quoting: "plain" | "pattern" | "replacement" | "subscript"): void {
    const c = this.source[this.pos];
    if (c === "'") this.single(1, "single");
    else if (c === '"') this.double("double");
    else if (c === "\\") this.escape(true, quoting);
    else this.expansion(quoting);
  }

  /** A hole, `$…`, backticks, or a character without meaning. */
  private expansion(quoting: Quoting): void {
    if (this.atHole()) this.hole(quoting);
    else if (this.source[this.pos] === "$") this.dollar(quoting);
    else if (this.source[this.pos] === "`") this.backquoted(quoting);
    else {
      const braced = this.source[this.pos] === "{" ? this.match(/\{[A-Za-z_][\w.]*\}(?![<>])/y) : undefined;
      if (braced) this.use("braced", braced.slice(1, -1), quoting);
      this.pos++;
    }
  }

  private escape(joinsLines: boolean, quoting?: Quoting): void {
    const next = this.source[this.pos + 1];
    const escaped = quoting && next === "$" ? this.match(/\\\$(?:\{?[A-Za-z_]\w*|\({1,2})/y) : undefined;
    if (quoting && escaped) this.use("escaped", escaped.replace(/^[\\${]+/, ""), quoting);
    if (joinsLines && (next === undefined || next === "\n")) this.findings.continuation = this.at(this.pos);
    this.pos++;
    if (this.atHole()) this.setBefore("backslash");
    else this.pos++;
  }

  /** From a single quote, which stands `skip` characters long here, to the next. */
  private single(skip: number, quoting: "single" | "quote-in-word" | "ansi"): void {
    const start = this.pos;
    this.pass("open '", skip);
    while (this.pos < this.source.length) {
      if (this.source[this.pos] === "'") {
        this.pass("close '");
        return;
      }
      if (this.atHole()) this.hole(quoting);
      else if (quoting === "ansi" && this.source[this.pos] === "\\") this.escape(false);
      else this.pos++;
    }
    this.leaveOpen(start);
  }

  private double(quoting: "double" | "arithmetic"): void {
    const start = this.pos;
    this.pass('open "');
    while (this.pos < this.source.length) {
      if (this.source[this.pos] === '"') {
        this.pass('close "');
        return;
      }
      if (this.source[this.pos] === "\\") this.escape(false, quoting);
      else this.expansion(quoting);
    }
    this.leaveOpen(start);
  }

  /** The text of a here-document whose delimiter is not quoted. */
  hereDocumentText(): void {
    while (this.pos < this.source.length) {
      if (this.source[this.pos] === "\\") this.escape(false);
      else this.expansion("here-document");
    }
  }

  private dollar(quoting: Quoting): void {
    const unquoted = UNQUOTED.has(quoting) || quoting === "subscript";
    const rest = this.source.slice(this.pos + 1, this.pos + 3);
    if (rest === "((") this.arithmetic(3, ")");
    else if (rest.startsWith("(")) this.substitution(2);
    else if (rest.startsWith("{")) this.parameter(quoting);
    else if (rest.startsWith("[")) this.arithmetic(2, "]");
    else if (unquoted && rest.startsWith("'")) this.single(2, "ansi");
    else if (unquoted && rest.startsWith('"')) {
      this.pos++;
      this.double("double");
    } else {
      const name = this.match(/\$[A-Za-z_]\w*/y);
      if (name) this.use("variable", name.slice(1), quoting);
      const variable = name ?? this.match(/\$[0-9@*#?$!-]/y) ?? "$";
      this.pos += variable.length;
      if (name !== undefined) this.setBefore("name");
      else if (variable === "$") this.setBefore("dollar");
    }
  }

  /** `$( )`, `<( )`, `>( )`: what is within is read as if it stood alone. */
  protected substitution(skip: number): void {
    const { pos, wordStart, inCondition } = this;
    this.pass("open $(", skip);
    this.inCondition = false;
    if (this.commands(")") === "end") this.leaveOpen(pos);
    this.wordStart = wordStart;
    this.inCondition = inCondition;
  }

  protected arithmetic(skip: number, closer: ")" | "]"): void {
    const start = this.pos;
    const opener = closer === ")" ? "(" : "[";
    this.pass("open arithmetic", skip);
    let depth = 0;
    while (this.pos < this.source.length) {
      const c = this.source[this.pos];
      if (c === closer && depth === 0) {
        this.pass("close arithmetic", closer === ")" ? 2 : 1);
        return;
      }
      if (c === opener) depth++;
      if (c === closer) depth--;
      if (c === "\\") this.escape(false);
      else if (c === '"') this.double("arithmetic");
      else this.expansion("arithmetic");
    }
    this.leaveOpen(start);
  }

  private parameter(quoting: Quoting): void {
    const start = this.pos;
    const unquoted = UNQUOTED.has(quoting);
    this.pass("open ${", 2);
    if (this.match(/[!#]/y) && (this.atHole(this.pos + 1) || this.match(/.[\w@*]/y))) this.pos++;
    const name = this.match(/\w+|[@*#?$!-]/y) ?? "";
    this.pos += name.length;
    // What has a value of its own for a variable that is not set may well not be set.
    const isAsked = this.match(/(?:\[[^\]]*\])?:?[-=+?]/y) !== undefined;
    if (/^[A-Za-z_]/.test(name) && !isAsked && !this.atHole())
      this.use("variable", name, quoting, this.pos - name.length);
    if (this.atHole()) {
      if (name !== "") this.setBefore("name");
      this.hole("name", unquoted && !this.inCondition);
    }
    if (this.source[this.pos] === "[") this.subscript();
    const operator = OPERATORS.find(([pattern]) => this.match(pattern) !== undefined);
    const operatorText = (operator && this.match(operator[0])) ?? "";
    this.pos += operatorText.length;
    const kind = operator?.[1] ?? "word";
    let pattern: "pattern" | "replacement" = "pattern";
    const replaces = operatorText.startsWith("/") && unquoted && !this.inCondition;
    while (this.pos < this.source.length) {
      const c = this.source[this.pos];
      if (c === "}") {
        this.pass("close }");
        return;
      }
      if (replaces && c === "/") pattern = "replacement";
      if (kind === "pattern") this.piece(pattern);
      else if (kind === "arithmetic" || quoting === "arithmetic") this.expansion("arithmetic");
      else if (unquoted) this.piece("plain");
      else if (c === "'") this.single(1, "quote-in-word");
      else if (c === '"') this.double("double");
      else if (c === "\\") this.escape(false);
      else this.expansion("word-in-double");
    }
    this.leaveOpen(start);
  }

  private subscript(): void {
    this.pos++;
    while (this.pos < this.source.length && this.source[this.pos] !== "]") this.piece("subscript");
    this.pos++;
  }

  /** Backticks end at the next one that no backslash escapes; only then is what is within read. */
  private backquoted(quoting: Quoting): void {
    const start = this.pos;
    const special = quoting === "double" || quoting === "word-in-double" ? '\\$`"' : "\\$`";
    const offsets: number[] = [];
    let text = "";
    this.pass("open `");
    while (this.pos < this.source.length && this.source[this.pos] !== "`") {
      const next = this.source[this.pos + 1];
      if (this.source[this.pos] === "\\" && next !== undefined && special.includes(next)) this.pos++;
      offsets.push(this.pos);
      text += this.source[this.pos++];
    }
    if (this.pos >= this.source.length) this.leaveOpen(start);
    else this.mark("close `");
    const end = this.pos++;
    this.child(text, (i) => offsets[i] ?? end, this.backticks + 1, false).commands(undefined);
  }
}
