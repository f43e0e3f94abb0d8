import type { Command, Reference } from "../dsl/command.js";
import type { SaidChecks } from "../dsl/outputs.js";
import {
  COLUMN_TYPES,
  DATA_FORMATS,
  type DataColumns,
  dataFormatOf,
  mayBeEmpty,
  valueType,
} from "../format/data-columns.js";
import { toPosixEre } from "../shell/ere.js";
import { ereInBytes } from "../shell/ere-in-bytes.js";

/** What a check may know of its output, and ask of the compiler. */
interface CheckContext {
  readonly kind: "file" | "folder";
  readonly pattern: string;
  /** do jobs run in a tree of files? */
  readonly hasTree: boolean;
  /** the names that a table of results has in front: the job's name and params */
  readonly taken: readonly string[];
  mistake(message: string, hint?: string): void;
  /** The bash text of a command of the definition; undefined if something is wrong with it, which has been told then. */
  bash(make: (names: { readonly output: Reference }) => Command): Promise<string | undefined>;
}

interface CheckBash {
  /** a function of `emit/library/outputs.sh`, and its arguments as bash words */
  readonly call: readonly [name: string, ...args: string[]];
  /** the definition's own text, for a function whose name is the last argument */
  readonly own?: string;
}

/**
 * A check of outputs: one record. How it is said stands in `dsl/outputs.ts`, and what looks, on the target,
 * in `emit/library/outputs.sh`.
 */
interface OutputCheck<Said, Plan> {
  /** What it means on a target; undefined if something is wrong with it, which has been told then. */
  resolve(said: Said, context: CheckContext): Plan | undefined | Promise<Plan | undefined>;
  /** what stands in a job's key where an output has no such check; undefined: nothing, so that older keys stay */
  readonly absent: unknown;
  /** @param output the output's name @returns undefined if nothing looks on the target */
  bash(plan: Plan, output: string): CheckBash | undefined;
  /** the tests of bash that tell the same of a file, without a process; undefined where none does */
  quickly(plan: Plan): readonly string[] | undefined;
}

export interface CheckPlans {
  readonly minBytes?: number;
  readonly matches?: { readonly ere: string; readonly ignoreCase: boolean };
  readonly checked?: string;
  readonly data?: DataColumns;
}

const OUTPUT_CHECKS: {
  readonly [Name in keyof CheckPlans]-?: OutputCheck<Required<SaidChecks>[Name], Required<CheckPlans>[Name]>;
} = {
  minBytes: {
    resolve: (bytes) => (bytes === 0 ? undefined : bytes),
    absent: 0,
    bash: (bytes) => ({ call: ["locusts_check_bytes", String(bytes)] }),
    quickly: (bytes) => (bytes === 1 ? ["-s"] : undefined),
  },
  matches: {
    resolve({ source, flags }, { kind, mistake }) {
      const ere = toPosixEre(source, flags);
      if ("mistake" in ere) mistake(ere.mistake, ere.hint);
      if (kind === "folder") mistake("matches(…) looks into a file, and this output is a folder");
      return "mistake" in ere ? undefined : ere;
    },
    absent: null,
    bash: ({ ere, ignoreCase }) => ({ call: ["locusts_check_line", ignoreCase ? "-Eqi" : "-Eq", ereInBytes(ere)] }),
    quickly: () => undefined,
  },
  checked: {
    resolve: (make, context) => context.bash(make),
    absent: null,
    bash: (text, output) => ({ call: ["locusts_check_by", `locusts_check_${output}`], own: text }),
    quickly: () => undefined,
  },
  // Its content is looked at where it is collected: a target need not have a program that reads JSON.
  data: {
    resolve(columns, context) {
      const mistakes = [...mistakesIn(columns, context)];
      for (const [message, hint] of mistakes) context.mistake(message, hint);
      return mistakes.length === 0 ? columns : undefined;
    },
    absent: undefined,
    bash: () => undefined,
    quickly: () => [],
  },
};

/** A column as a definition has it. */
function columnText(name: string, type: string): string {
  return `${/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)}: "${type}"`;
}

/** What is wrong with declared columns, each with a hint. */
function* mistakesIn(
  columns: DataColumns,
  { kind, pattern, hasTree, taken }: CheckContext,
): Generator<[message: string, hint?: string]> {
  if (kind === "folder") yield ["data(…) reads a file, and this output is a folder"];
  else if (dataFormatOf(pattern) === undefined)
    yield [
      `data(…) cannot tell what "${pattern}" holds`,
      `let its name end in ${Object.keys(DATA_FORMATS).join(", ")}`,
    ];
  if (hasTree) yield ["data(…) is for jobs that have a folder each, and these run in a tree of files"];
  if (Object.keys(columns).length === 0) yield ["data(…) declares no column", 'write them as in { slope: "number" }'];
  for (const [name, type] of Object.entries(columns)) {
    if (/[\t\r\n]/.test(name) || name === "") yield [`${JSON.stringify(name)} is no name of a column`];
    else if (taken.includes(name))
      yield [`the column ${name} is called like the job's name or a param, which the table has in front`];
    else if (name.endsWith("?") && !mayBeEmpty(type))
      yield [
        `the column ${JSON.stringify(name)} has its ? at the name, and not at the type`,
        `write ${columnText(name.slice(0, -1), `${type}?`)} if it may be missing; one that is called so: ${columnText(name, `${type}?`)}`,
      ];
    if (!(COLUMN_TYPES as readonly string[]).includes(valueType(type)))
      yield [
        `${JSON.stringify(type)} is no type of a column`,
        `choose ${COLUMN_TYPES.join(", ")}; with a ? it may be missing`,
      ];
  }
}

type AnyCheck = OutputCheck<unknown, unknown>;

/** The checks of an output, with what each means; where it has none of a kind, undefined. */
function planned(plans: CheckPlans): readonly (readonly [AnyCheck, unknown])[] {
  return Object.entries(OUTPUT_CHECKS).map(([name, check]) => [check as AnyCheck, plans[name as keyof CheckPlans]]);
}

export async function resolveChecks(said: SaidChecks, context: CheckContext): Promise<CheckPlans> {
  const plans: Record<string, unknown> = {};
  for (const [name, check] of Object.entries(OUTPUT_CHECKS)) {
    const value = said[name as keyof SaidChecks];
    const plan = value === undefined ? undefined : await (check as AnyCheck).resolve(value, context);
    if (plan !== undefined) plans[name] = plan;
  }
  return plans;
}

export function identifyChecks(plans: CheckPlans): unknown[] {
  return planned(plans)
    .map(([check, plan]) => plan ?? check.absent)
    .filter((fact) => fact !== undefined);
}

export function checksInBash(plans: CheckPlans, output: string): CheckBash[] {
  return planned(plans).flatMap(([check, plan]) => (plan === undefined ? [] : (check.bash(plan, output) ?? [])));
}

/** The tests of bash that tell all that the checks of a file tell; undefined where they do not. */
export function quickTests(plans: CheckPlans): readonly string[] | undefined {
  const tests = planned(plans).map(([check, plan]) => (plan === undefined ? [] : check.quickly(plan)));
  return tests.every((each) => each !== undefined) ? tests.flat() : undefined;
}
