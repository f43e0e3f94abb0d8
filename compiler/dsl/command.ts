import { DefinitionMistake } from "./mistake.js";

/** What a reference stands for. */
export type ReferenceKind = "input" | "output" | "param" | "checked-output";

/**
 * Stands for a path or a param of whichever job runs. It has meaning only between the `${ }` of an
 * `sh` template, where it becomes a bash variable.
 */
export class Reference {
  /** nothing else is one, whatever it has */
  declare protected readonly reference: true;
  /** @internal */
  readonly kind: ReferenceKind;
  /** @internal */
  readonly name: string;

  /** @internal */
  constructor(kind: ReferenceKind, name: string) {
    this.kind = kind;
    this.name = name;
  }

  /**
   * The bash variable that holds the value.
   *
   * @internal
   */
  get variable(): string {
    const prefix = { input: "in_", output: "out_", param: "param_", "checked-output": "" }[this.kind];
    return prefix + this.name;
  }

  /**
   * As text in JSON it would be the same for all jobs.
   *
   * @internal
   */
  toJSON(): never {
    return this[Symbol.toPrimitive]();
  }

  /** @internal */
  [Symbol.toPrimitive](): never {
    throw new DefinitionMistake(
      `the ${this.kind} "${this.name}" was used as a string; its value is known only when a job runs`,
      ["command"],
      "write it straight into the sh`…` template, without quotes or backticks of its own within ${…}",
    );
  }
}

/** Where a text was written: which piece of which template, found by the stack of its tag's call. */
export interface TemplatePiece {
  readonly stack: string;
  readonly index: number;
}

/** A piece of an `sh` template: text for bash, a reference, a constant that bash is to see as one word, or code that a param holds. */
export type ShellPart =
  | { readonly text: string; readonly from?: TemplatePiece }
  | { readonly reference: Reference }
  | { readonly constant: string }
  | { readonly code: Reference };

/** A shell command, with the place in the definition where it was written. */
export interface ShellCommand {
  readonly kind: "sh";
  readonly parts: readonly ShellPart[];
  /** Stack of the call of the tag, from which the compiler finds the template in the source. */
  readonly stack: string;
}

/** What a line of a list of commands says, to be run. */
export function lineCommand(): ShellCommand {
  return { kind: "sh", parts: [{ code: new Reference("param", "line") }], stack: "" };
}

/** A TypeScript program, bundled into one file and run by Node on the target. */
export interface NodeCommand {
  readonly kind: "node";
  readonly path: string;
  readonly stack: string;
}

export type Command = ShellCommand | NodeCommand;

/** What may stand between the `${ }` of an `sh` template. */
export type ShellValue = Reference | ShellCommand | string | number;

/**
 * A shell command. Its text goes to bash as written (`\${x}` and `` \` `` as `${x}` and `` ` ``); references become
 * quoted variables, strings and numbers become one quoted word each (a number written as such, `${3}`, is refused: bash
 * means something else), and another `sh` template is put in as it is.
 *
 * @example sh`sort ${inputs.table} > ${outputs.sorted}`
 */
export function sh(strings: TemplateStringsArray, ...values: readonly ShellValue[]): ShellCommand {
  const parts: ShellPart[] = [];
  const stack = new Error().stack ?? "";
  strings.raw.forEach((raw, i) => {
    // As written, but for the two escapes that TypeScript demands.
    parts.push({ text: raw.replace(/\\(`|\$\{)/g, "$1"), from: { stack, index: i } });
    if (i >= values.length) return;
    const value = values[i];
    if (value instanceof Reference) parts.push({ reference: value });
    else if (typeof value === "string" || typeof value === "number") parts.push({ constant: String(value) });
    else if (typeof value === "object" && value?.kind === "sh") parts.push(...value.parts);
    else {
      throw new DefinitionMistake(
        `the value at place ${i + 1} of an sh template is ${value === undefined ? "undefined" : `of type ${typeof value}`}`,
        ["command"],
        "put in a reference (inputs.x, outputs.x, params.x), a string, a number, or another sh template",
      );
    }
  });
  return { kind: "sh", parts, stack };
}

/**
 * A program in TypeScript, which gets its paths and params typed; see `program`. It is bundled with
 * all that it imports, and needs Node on the target.
 *
 * @param path the program's file, from the definition's folder
 */
export function node(path: string): NodeCommand {
  return { kind: "node", path, stack: new Error().stack ?? "" };
}
