import type { Findings, HoleContext, Mark, ShellUse, ShellWord } from "./findings.js";
import { type End, PieceScanner } from "./pieces.js";

/** Where bash would stop reading a keyword. */
const END = "(?=[\\s;&|()<>]|$)";
/** Words after which a command begins, and words that end one after which a keyword may follow. */
const KEYWORD = new RegExp(`(?:if|then|else|elif|while|until|do|time|!|\\{|\\}|fi|done|coproc)${END}`, "y");
const CASE = new RegExp(`case${END}`, "y");
const IN = new RegExp(`in${END}`, "y");
const ESAC = new RegExp(`esac${END}`, "y");
const CONDITION = /\[\[(?=\s)/y;
const CONDITION_END = new RegExp(`\\]\\]${END}`, "y");

interface PendingDocument {
  readonly delimiter: string;
  readonly quoted: boolean;
  readonly stripsTabs: boolean;
  readonly start: number;
}

/** Reads commands: words, operators, keywords and here-documents. */
class CommandScanner extends PieceScanner {
  /** here-documents whose text begins on the next line */
  private pending: PendingDocument[] = [];

  /** Reads commands until `closer`, or, in a `case`, until `;;` or `esac`, and tells which it was. */
  commands(closer: ")" | "case" | undefined): End {
    // a substitution's here-documents are its own
    const outer = this.pending;
    if (closer !== "case") this.pending = [];
    const end = this.commandList(closer);
    if (closer !== "case") this.pending = outer;
    return end;
  }

  private commandList(closer: ")" | "case" | undefined, words = false): End {
    let inWord = false;
    let mayBegin = !words;
    let word: { readonly start: number; readonly isCommand: boolean; readonly redirection: string } | undefined;
    let redirection = "";
    // what is set for a command stands before its name
    let isSet = false;
    const endWord = () => {
      if (word) {
        const { start, ...rest } = word;
        const text = this.source.slice(start, this.pos);
        isSet = rest.isCommand && /^\w+\+?=/.test(text);
        this.findings.words.push({ text, at: this.at(start), ...rest });
      }
      word = undefined;
    };
    while (this.pos < this.source.length) {
      const c = this.source[this.pos] ?? "";
      if (!inWord) this.wordStart = this.pos;
      if (!inWord && mayBegin) {
        if (closer === "case" && this.match(ESAC)) return "closed";
        if (this.keyword()) continue;
      }
      if (c === "\\" && this.source[this.pos + 1] === "\n") {
        this.piece("plain");
        continue;
      }
      if (!inWord && c === "#") {
        this.comment();
        continue;
      }
      if (c === "(") {
        if (!inWord && mayBegin && this.source[this.pos + 1] === "(") this.arithmetic(2, ")");
        else if (inWord && this.match(/\([ \t]*\)/y)) {
          // the head of a function, whose body begins like a command
          this.pos = this.source.indexOf(")", this.pos) + 1;
          inWord = false;
          mayBegin = true;
        } else {
          if (inWord) this.noteExtended();
          this.parentheses(this.source[this.pos - 1] === "=");
        }
        continue;
      }
      if (c === ")" && closer === ")") {
        endWord();
        this.pass("close )");
        return "closed";
      }
      const divider = closer === "case" ? this.match(/;;&|;;|;&/y) : undefined;
      if (divider !== undefined) {
        this.pos += divider.length;
        return "next";
      }
      const separates = /[\s;&|)]/.test(c);
      if (separates || /[<>]/.test(c)) endWord();
      if (c === "\n") this.newline();
      else if (/[<>]/.test(c) || this.match(/&>/y)) {
        const at = this.pos;
        this.redirection();
        redirection = this.source.slice(at, this.pos);
        mayBegin = inWord = false;
        continue;
      } else if (separates) this.pos++;
      else {
        if (!inWord) word = { start: this.pos, isCommand: mayBegin || isSet, redirection };
        redirection = "";
        this.piece("plain");
        inWord = true;
        mayBegin = false;
        continue;
      }
      inWord = false;
      if (separates && !/[ \t]/.test(c) && !words) mayBegin = true;
    }
    endWord();
    return "end";
  }

  /** Reads a keyword with all that belongs to it; false if none stands here. */
  private keyword(): boolean {
    const start = this.pos;
    if (this.match(CASE)) this.caseOf();
    else if (this.match(CONDITION)) this.condition();
    else {
      const loop = this.match(/for[ \t]+(?=\(\()/y);
      // the name of a function, so that a command may begin after it
      const words = loop ?? this.match(/function[ \t]+[^\s;&|()<>]+/y) ?? this.match(KEYWORD);
      this.pos += words?.length ?? 0;
      if (loop !== undefined) this.arithmetic(2, ")");
    }
    return this.pos > start;
  }

  private comment(): void {
    while (this.pos < this.source.length && this.source[this.pos] !== "\n") {
      if (this.atHole()) this.hole("comment");
      else this.pos++;
    }
  }

  private parentheses(array: boolean): void {
    const { pos, wordStart } = this;
    this.pass("open (");
    if (this.commandList(")", array) === "end") this.leaveOpen(pos);
    this.wordStart = wordStart;
  }

  private condition(): void {
    const start = this.pos;
    this.pass("open [[", 2);
    this.inCondition = true;
    this.wordStart = this.pos;
    while (this.pos < this.source.length) {
      if (this.wordStart === this.pos && this.match(CONDITION_END)) {
        this.pass("close ]]", 2);
        this.inCondition = false;
        return;
      }
      if (this.wordStart === this.pos && this.source[this.pos] === "#") this.comment();
      else if (this.source[this.pos] === "\n") this.newline();
      else if (/[ \t]/.test(this.source[this.pos] ?? "")) this.pos++;
      else {
        this.piece("plain");
        continue;
      }
      this.wordStart = this.pos;
    }
    this.inCondition = false;
    this.leaveOpen(start);
  }

  private caseOf(): void {
    const start = this.pos;
    this.pass("open case", 4);
    this.blanks();
    while (this.pos < this.source.length && /\S/.test(this.source[this.pos] ?? "")) this.piece("plain");
    this.blanks();
    this.pos += this.match(IN)?.length ?? 0;
    let body: End = "next";
    while (body !== "end") {
      this.blanks();
      if (body === "closed" || this.match(ESAC)) {
        this.pass("close esac", 4);
        return;
      }
      if (this.source[this.pos] === "(") this.pos++;
      this.casePattern();
      body = this.pos < this.source.length ? this.commands("case") : "end";
    }
    this.leaveOpen(start);
  }

  /** A parenthesis within a word belongs to a pattern such as `@(a|b)`, if one of these stands before it. */
  private noteExtended(): void {
    if (/[@?*+!]/.test(this.source[this.pos - 1] ?? "")) this.findings.extended ??= this.at(this.pos - 1);
  }

  private casePattern(): void {
    let depth = 0;
    for (; this.pos < this.source.length; ) {
      const c = this.source[this.pos];
      if (c === "(") {
        this.noteExtended();
        depth++;
      }
      if (c === ")" && depth-- === 0) {
        this.pass("close pattern");
        return;
      }
      this.piece("plain");
    }
  }

  /** Blanks, lines' ends and comments, as may stand between the parts of a `case`. */
  private blanks(): void {
    for (;;) {
      this.wordStart = this.pos;
      if (this.source[this.pos] === "\n") this.newline();
      else if (this.source[this.pos] === "#") this.comment();
      else if (this.match(/[ \t]+/y)) this.pos++;
      else if (this.match(/\\\n/y)) this.pos += 2;
      else return;
    }
  }

  private redirection(): void {
    const document = this.match(/<<(?!<)-?/y);
    if (this.match(/[<>]\(/y)) this.substitution(2);
    else if (document !== undefined) this.delimiter(document);
    else this.pos += this.match(/<<<|&>>?|>>|>&|<&|<>|>\||>|</y)?.length ?? 1;
  }

  /** The word after `<<`. Any quote in it means that bash expands nothing in the document. */
  private delimiter(operator: string): void {
    const start = this.pos;
    this.pass("open <<", operator.length);
    this.pos += this.match(/[ \t]+/y)?.length ?? 0;
    let delimiter = "";
    let quoted = false;
    while (this.pos < this.source.length && !/[\s;&|()<>]/.test(this.source[this.pos] ?? "")) {
      const c = this.source[this.pos] ?? "";
      if (c === "'" || c === '"') {
        const close = this.source.indexOf(c, this.pos + 1);
        const end = close < 0 ? this.source.length : close;
        delimiter += this.source.slice(this.pos + 1, end);
        quoted = true;
        while (this.pos < end) this.atHole() ? this.hole("delimiter") : this.pos++;
        this.pos++;
      } else if (c === "\\") {
        delimiter += this.source[this.pos + 1] ?? "";
        quoted = true;
        this.pos += 2;
      } else {
        delimiter += c;
        if (this.atHole()) this.hole("delimiter");
        else this.pos++;
      }
    }
    this.pending.push({ delimiter, quoted, stripsTabs: operator.endsWith("-"), start });
  }

  private newline(): void {
    this.pos++;
    for (const document of this.pending.splice(0)) this.document(document);
  }

  private document({ delimiter, quoted, stripsTabs, start }: PendingDocument): void {
    const begin = this.pos;
    let end: number | undefined;
    while (end === undefined && this.pos < this.source.length) {
      const lineStart = this.pos;
      const line = this.documentLine(!quoted);
      if ((stripsTabs ? line.replace(/^\t+/, "") : line) === delimiter) end = lineStart;
    }
    if (end === undefined) this.leaveOpen(start);
    else this.mark("close <<", end);
    const after = this.pos;
    if (quoted) {
      this.pos = begin;
      while (this.pos < (end ?? after)) this.atHole() ? this.hole("quoted-here-document") : this.pos++;
    } else {
      const text = this.source.slice(begin, end ?? after);
      this.child(text, (i) => begin + i, this.backticks, stripsTabs).hereDocumentText();
    }
    this.pos = after;
  }

  /** One line, with the lines that backslashes join to it. */
  private documentLine(joins: boolean): string {
    let line = "";
    for (;;) {
      const end = this.source.indexOf("\n", this.pos);
      line += this.source.slice(this.pos, end < 0 ? undefined : end);
      this.pos = end < 0 ? this.source.length : end + 1;
      const backslashes = /\\*$/.exec(line)?.[0].length ?? 0;
      if (!joins || backslashes % 2 === 0 || end < 0) return line;
      line = line.slice(0, -1);
    }
  }
}

export interface ShellContexts {
  /** by offset, for each hole */
  readonly holes: ReadonlyMap<number, HoleContext>;
  readonly marks: readonly Mark[];
  readonly uses: readonly ShellUse[];
  readonly words: readonly ShellWord[];
  readonly unclosed: number | undefined;
  readonly continuation: number | undefined;
  readonly extended: number | undefined;
}

/**
 * Reads bash text with holes in it (`HOLE`), to tell for each hole in which quotes, if any, it
 * stands. It never fails: text that is no bash gets an answer too, and a parser must refuse it.
 *
 * @param holes where the holes are; a `HOLE` elsewhere is a character like any other
 */
export function scanShell(text: string, holes: ReadonlySet<number> = new Set()): ShellContexts {
  const findings: Findings = {
    holes: new Map(),
    marks: [],
    uses: [],
    words: [],
    unclosed: undefined,
    continuation: undefined,
    extended: undefined,
  };
  new CommandScanner(
    text,
    (offset) => offset,
    findings,
    (offset) => holes.has(offset),
  ).commands(undefined);
  // here-documents are read before what stands around them is closed
  findings.marks.sort((a, b) => a.at - b.at);
  return findings;
}
