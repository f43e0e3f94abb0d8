/** Stands, in the text that is scanned, for a reference or a constant; its offset tells which. */
export const HOLE = "\uE000";

export type Quoting =
  | "plain" // a word or part of one, outside of all quotes
  | "double"
  | "word-in-double" // "${x:-HERE}", and the same in a here-document
  | "quote-in-word" // "${x:-'HERE'}", where the single quotes are plain characters, but must pair
  | "pattern" // ${x#HERE}, ${x/HERE/HERE}: quotes count anew, whatever is around them
  | "replacement" // ${x/y/HERE}, outside of all quotes, where bash splits the result
  | "subscript" // ${x[HERE]}
  | "arithmetic"
  | "name" // ${HERE}
  | "here-document"
  | "single"
  | "ansi" // $'HERE'
  | "quoted-here-document"
  | "delimiter" // <<HERE
  | "comment";

/** What is known of a hole. Offsets are those of the whole text. */
export interface HoleContext {
  readonly quoting: Quoting;
  /** whether no quotes at all are around the `${ }` that the hole is in; only told for "name" */
  readonly splits: boolean;
  /** how many backticks are open around it */
  readonly backticks: number;
  /** what directly before it would run together with it: a backslash, a `$`, or a `$name` */
  readonly before: "backslash" | "dollar" | "name" | undefined;
  /** where the word begins that it is part of */
  readonly wordStart: number;
  /** whether it is within `[[ ]]` */
  readonly inCondition: boolean;
  /** whether a here-document around it drops the tabs at the start of its lines */
  readonly stripsTabs: boolean;
}

/** One quote, bracket or keyword that opens or closes something. */
export interface Mark {
  readonly at: number;
  readonly kind: string;
}

/** What stands for a value, or seems to. */
export interface ShellUse {
  /** `$name` or `${name…}`; `\$name`, which is text; `{name}`, which is text, too */
  readonly kind: "variable" | "escaped" | "braced";
  readonly name: string;
  readonly at: number;
  readonly quoting: Quoting;
}

/** A word of a command, as it is written. */
export interface ShellWord {
  readonly text: string;
  readonly at: number;
  /** is it where a command's name stands? */
  readonly isCommand: boolean;
  /** the redirection that it belongs to, as `>`; else empty */
  readonly redirection: string;
}

/** What a scan finds, gathered over all nested scanners. */
export interface Findings {
  readonly holes: Map<number, HoleContext>;
  readonly marks: Mark[];
  readonly uses: ShellUse[];
  readonly words: ShellWord[];
  /** where the first thing opens that is never closed */
  unclosed: number | undefined;
  /** where the last backslash stands that joins two lines */
  continuation: number | undefined;
  /** where the first pattern begins that bash knows after `shopt -s extglob` alone, as `@(a|b)` */
  extended: number | undefined;
}
