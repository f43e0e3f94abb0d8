import type { Params, WithKnownPlaceholders } from "../format/pattern.js";
import { type Command, lineCommand, Reference, type ShellCommand } from "./command.js";
import type { Environment } from "./environment.js";
import type { InputLike } from "./inputs.js";
import { JobSource } from "./job-source.js";
import type { CommandLine } from "./jobs.js";
import { DefinitionMistake } from "./mistake.js";
import type { ByJob, Limits, Resources } from "./needs.js";
import type { Notify } from "./notify.js";
import type { OutputLike } from "./outputs.js";
import type { Target } from "./targets.js";

/** What to write where there is no source of jobs. */
export const USE_A_SOURCE =
  'use files("…"), range("i", 1, 10), list("id", […]), rows([…]), matrix({…}), table("….tsv"), lines("….txt") or commands("….txt")';

/** What a command is made from: references to whatever the running job has. */
export interface CommandNames<P, I, O> {
  readonly inputs: { readonly [K in keyof I]: Reference };
  readonly outputs: { readonly [K in keyof O]: Reference };
  readonly params: { readonly [K in keyof P]: Reference };
}

/** What a command around a line of `commands(…)` is made from. */
export interface LineCommandNames<P, I, O> extends CommandNames<P, I, O> {
  /** the job's line, to be run: it stands where a command may stand */
  readonly line: ShellCommand;
}

interface Origin<P, I, O, F, N> {
  /** letters, digits, `.`, `_` and `-` */
  readonly name: string;
  readonly description?: string;
  /** where the jobs come from: `files`, `range`, `list`, `rows`, `matrix`, `table`, `lines`, `commands` … */
  readonly jobs: JobSource<P, F>;
  /** what a job is called, with placeholders: another text for each job. Unless given, its params */
  readonly jobName?: WithKnownPlaceholders<N, P>;
  /** what each job reads: a path from the definition's folder, with placeholders */
  readonly inputs?: I;
  /** what each job writes: a path in the job's folder, and later under `results/` */
  readonly outputs?: O;
  readonly environment?: Environment;
}

/** Of `commands(…)`, a job's line is its command unless another is given. */
type CommandOf<P, I, O> = [P] extends [CommandLine]
  ? {
      /** what one job runs: its line unless given, or an sh`…` template around it */
      readonly command?: (names: LineCommandNames<P, I, O>) => Command;
    }
  : {
      /** what one job runs: an sh`…` template, or node("./program.ts") */
      readonly command: (names: CommandNames<P, I, O>) => Command;
    };

interface Bounds<P, I> {
  /** what one job needs: the same for all of them, or a function of a job's params, inputs and try */
  readonly resources?: ByJob<Resources, P, I>;
  readonly limits?: Limits<P, I>;
  /** what runs on this machine when a deploy ends, such as `{ command: 'notify-send "$LOCUSTS_SUMMARY"' }` */
  readonly notify?: Notify;
  /** where it may run, by a name of your choice */
  readonly targets: Readonly<Record<string, Target>>;
}

export type SwarmDefinition<P, I, O, F = {}, N = string> = Origin<P, I, O, F, N> &
  CommandOf<P, I & F, O> &
  Bounds<P, I & F>;

/** A definition that has been read; `program<typeof swarm>` takes its types from it. */
export class Swarm<P = Params, I = unknown, O = unknown> {
  readonly #definition: AnyDefinition;
  /** inference follows it */
  declare protected readonly of: { readonly params: P; readonly inputs: I; readonly outputs: O };

  /** @internal */
  constructor(definition: AnyDefinition) {
    this.#definition = definition;
  }

  /** @internal */
  static definitionOf(swarm: Swarm): AnyDefinition {
    return swarm.#definition;
  }
}

/** A definition of whatever params, inputs and outputs. */
export type AnyDefinition = SwarmDefinition<
  unknown,
  Readonly<Record<string, InputLike>>,
  Readonly<Record<string, OutputLike>>,
  unknown
>;

/** Defines a swarm: all jobs that share a command. The default export of `swarm.config.ts`. */
export function defineSwarm<
  P,
  const I extends { readonly [K in keyof I]: I[K] extends InputLike ? WithKnownPlaceholders<I[K], P> : InputLike } = {},
  const O extends {
    readonly [K in keyof O]: O[K] extends OutputLike ? WithKnownPlaceholders<O[K], P> : OutputLike;
  } = {},
  F = {},
  const N extends string = string,
>(definition: SwarmDefinition<P, I, O, F, N>): Swarm<P, I & F, O> {
  if (!(definition?.jobs instanceof JobSource)) {
    throw new DefinitionMistake("jobs is no source of jobs", ["jobs"], USE_A_SOURCE);
  }
  return new Swarm(definition as unknown as AnyDefinition);
}

/** References to everything that has a name, for the command function. */
export function referencesOf(
  inputs: readonly string[],
  outputs: readonly string[],
  params: readonly string[],
  hasLines = false,
): LineCommandNames<never, never, never> {
  const named = (kind: "input" | "output" | "param", names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, new Reference(kind, name)]));
  return {
    inputs: named("input", inputs),
    outputs: named("output", outputs),
    params: named("param", params),
    ...(hasLines ? { line: lineCommand() } : {}),
  } as LineCommandNames<never, never, never>;
}
