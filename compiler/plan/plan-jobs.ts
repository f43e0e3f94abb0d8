import { hash } from "node:crypto";
import { LINE_PARAMS } from "../format/bundle.js";
import type { Content } from "../format/content/digest.js";
import { dataTables } from "../format/data-columns.js";
import { chooseDelivery, cleanSource, placeOfSource } from "../format/delivery.js";
import { nameControl, shortened, whyNoPath } from "../format/file-names.js";
import { commonPart, jobKey, ownPart } from "../format/job-key.js";
import { fillPattern, type Params, textOfPattern } from "../format/pattern.js";
import { isReserved } from "../format/results.js";
import type { DefinitionPath, ReportMistake } from "../problem/problem.js";
import { MarkSet, markOf } from "../survey/mark-set.js";
import { whyNewlyOutside } from "../tree/place-output.js";
import type { NeedsPlanner } from "./job-needs.js";
import type { InputPlan, JobInput, JobPlan, SwarmPlan } from "./swarm-plan.js";
import { explainUnusable } from "./unusable-inputs.js";

/** A job's name: what the definition says; else its param, or all of them as `chrom=1,seed=a`. A line is too long for that. */
export function nameJob(
  { params: all, position, jobName }: Pick<SwarmPlan, "params" | "position" | "jobName">,
  params: Params,
): string {
  if (jobName) return fillPattern(jobName, params);
  const names = position === undefined ? all : all.filter((name) => name !== LINE_PARAMS.line);
  if (names.length === 1) return String(params[names[0] as string]);
  return names.map((name) => `${name}=${String(params[name])}`).join(",");
}

/**
 * Why a text cannot be a param's value, in words that follow it, and what to do; undefined if it can.
 * A line of commands is no part of any path: a table can hold its tabs.
 */
function whyNoParam(value: string, isLine: boolean): readonly [why: string, hint: string] | undefined {
  const control = (isLine ? /[\0\n\r]/ : /[\0\t\n\r]/).exec(value)?.[0];
  if (control)
    return [`has ${nameControl(control)} in it`, "no path or table can hold it: rename the file or change the value"];
  if (/\p{Surrogate}/u.test(value))
    return [
      "has half of a character in it",
      "a surrogate without its other half cannot be written to a file: write the whole character",
    ];
  return value.includes("\uFFFD") ? ["comes from a file name that is not UTF-8", "rename the file"] : undefined;
}

export const NO_CONTENT: Content = { kind: "file", executable: false, bytes: 0, files: 0, folders: 0, sha256: "-" };

function overlaps(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

/** What the keys of all jobs have in common. @param tree digest of the tree that they run in, if there is one */
export function commonKey({ identity }: SwarmPlan, tree: string | undefined): string {
  return commonPart(hash("sha256", JSON.stringify([identity, tree ?? null])));
}

/** The files that jobs read, as they lie beside the definition. */
interface InputFiles {
  /** looks at an input; undefined if there is none */
  look(source: string): Content | undefined;
  /** is there one? For those that stay where they are: of these nothing else is looked at */
  isThere(source: string): boolean;
  /** what to do about one that is not there */
  hintForMissing(source: string): string;
}

/** Works out one job after another; what is wrong with one is reported, and the job left out. */
export class JobPlanner {
  /** tables right below results that rows of all jobs come together in */
  readonly #dataTables: ReadonlySet<string>;
  readonly #commonKey: string;
  #number = 0;
  /** jobs that are the same but for their position, by what they are */
  readonly #seen = new MarkSet();
  readonly #repeated = new Map<string, number>();
  /** inputs of which a file is missing */
  readonly #missing = new Set<string>();

  constructor(
    readonly swarm: SwarmPlan,
    readonly inputs: InputFiles,
    readonly report: ReportMistake,
    /** what is worth knowing, and is no mistake */
    readonly note: ReportMistake,
    /** digest of the tree that the jobs run in, if there is one, and it was surveyed */
    readonly tree: string | undefined,
    /** undefined: all jobs need the same */
    readonly needs?: NeedsPlanner | undefined,
  ) {
    const tables = swarm.outputs.filter(({ data }) => data).flatMap(({ name }) => Object.values(dataTables(name)));
    this.#dataTables = new Set(tables);
    this.#commonKey = commonKey(swarm, tree);
  }

  plan(params: Params): JobPlan | undefined {
    const { swarm } = this;
    const name = nameJob(swarm, params);
    const called = name === "" ? '""' : shortened(name);
    let good = true;
    /** @param kind what is wrong, the same for all jobs of which it is to be told once */
    const wrong = (kind: string, path: DefinitionPath, message: string, hint?: string) => {
      good = false;
      this.report(path, message, hint, { kind, job: shortened(name) });
    };
    for (const param of swarm.params) {
      const isLine = swarm.runsLines && param === LINE_PARAMS.line;
      const [why, hint] = whyNoParam(String(params[param]), isLine) ?? [];
      if (why) wrong(`${param} ${why}`, ["jobs"], `the param ${param} of the job ${JSON.stringify(name)} ${why}`, hint);
    }
    for (const param of swarm.computedParams) {
      const value = String(params[param]);
      if (/^-?(0|[1-9]\d*)$/.test(value)) continue;
      wrong(
        `computes ${param}`,
        ["command"],
        `the command computes with the param ${param}, and in the job ${JSON.stringify(name)} it is ${JSON.stringify(value)}`,
        "bash computes with whole numbers without leading zeros; with anything else it may run code that is in it",
      );
    }
    if (!good) return undefined;

    const inputs: JobInput[] = [];
    for (const input of swarm.inputs) {
      const place = [input.bySource ? "jobs" : "inputs", input.name];
      const source = cleanSource(fillPattern(input.parts, params));
      let content: Content | undefined;
      try {
        content = input.delivery === "in-place" ? NO_CONTENT : this.inputs.look(source);
      } catch (error) {
        for (const [i, { message, hint }] of explainUnusable(error, source, name).entries()) {
          wrong(`unusable ${i} ${hint}`, place, message, hint);
        }
        continue;
      }
      if (!content) {
        wrong(
          "missing",
          place,
          `the input ${shortened(source)} of the job ${called} does not exist`,
          this.#hintForMissing(input, source),
        );
        continue;
      }
      if (input.delivery === "in-place" && input.seenHere && !this.inputs.isThere(source)) {
        const message = `the input ${shortened(source)} of the job ${called} is read where it lies, and is not there`;
        this.note(place, message, this.#hintForMissing(input, source), { kind: "missing", job: shortened(name) });
      }
      const path = input.asParts ? cleanSource(fillPattern(input.asParts, params)) : placeOfSource(source);
      const why = whyNoPath(path);
      if (why)
        wrong(
          why,
          place,
          `the input "${shortened(path)}" of the job ${called} ${why}`,
          'say where it is to lie with { as: "…" }',
        );
      const other = inputs.findIndex((placed) => overlaps(placed.path, path));
      if (other >= 0) {
        wrong(
          "overlap",
          place,
          `the inputs ${swarm.inputs[other]?.name} and ${input.name} of the job ${called} would lie at the same place in its folder, ${path}`,
          'say where one is to lie: input("…", { as: "…" })',
        );
      }
      inputs.push({ source, path, delivery: chooseDelivery(input, content), ...content });
    }

    const outputs: string[] = [];
    for (const output of swarm.outputs) {
      const place = ["outputs", output.name];
      const path = fillPattern(output.parts, params);
      for (const part of output.parts) {
        if ("placeholder" in part && String(params[part.placeholder]).includes("/")) {
          wrong(
            "slash",
            place,
            `the output "${path}" of the job ${called} has a / that comes from its {${part.placeholder}}`,
            "a param that is a path cannot be part of an output's name",
          );
        }
      }
      const why = whyNewlyOutside(swarm.tree?.workdir, output.pattern, path);
      if (why) wrong(why, place, `the output "${shortened(path)}" of the job ${called} ${why}`);
      // Of a pattern that is a name of their own it has been said.
      const isTable = !swarm.tree && this.#dataTables.has(path.split("/", 1)[0] as string);
      if (isTable || (!swarm.tree && isReserved(path) && !isReserved(output.pattern))) {
        wrong(
          "reserved",
          place,
          `the output ${path} of the job ${called} would lie where Locusts keeps its own records of the results`,
          `put something before or after it in the pattern, as in "out_${output.pattern}"`,
        );
      }
      const input = inputs.findIndex((placed) => overlaps(placed.path, path));
      if (input >= 0) {
        wrong(
          "input",
          place,
          `the output ${path} of the job ${called} is also its input ${swarm.inputs[input]?.name}`,
          'give the input another place: input("…", { as: "…" })',
        );
      }
      const twin = outputs.findIndex((placed) => overlaps(placed, path));
      if (twin >= 0) {
        wrong(
          "twin",
          place,
          outputs[twin] === path
            ? `the outputs ${swarm.outputs[twin]?.name} and ${output.name} of the job ${called} have the same path, ${path}`
            : `of the outputs ${swarm.outputs[twin]?.name} and ${output.name} of the job ${called} one lies within the other: ${outputs[twin]} and ${path}`,
          "give each a place of its own",
        );
      }
      outputs.push(path);
    }
    const tries = this.needs?.tries(params, inputs, shortened(name), (path, message, hint, shared) => {
      good = false;
      this.report(path, message, hint, shared);
    });
    if (!good) return undefined;

    this.#number += 1;
    const facts: unknown[] = [
      this.#identifying(params).map((name) => [name, params[name]]),
      inputs.map((input) => [
        input.path,
        input.delivery === "in-place" ? input.source : input.sha256,
        ...(input.executable ? ["executable"] : []),
      ]),
    ];
    const order = swarm.position === undefined ? 0 : this.#countSame(JSON.stringify(facts));
    const orders = order > 0 ? [order] : [];
    const ownKey = ownPart(hash("sha256", JSON.stringify([...facts, ...orders])));
    const tree = this.tree === undefined ? [] : [this.tree];
    return {
      number: this.#number,
      name,
      ownKey,
      key: jobKey(ownKey, this.#commonKey),
      olderKey: () => hash("sha256", JSON.stringify([swarm.identity, ...facts, ...tree, ...orders])).slice(0, 32),
      params: swarm.params.map((param) => String(params[param])),
      inputs,
      outputs,
      ...(tries && { tries }),
    };
  }

  /** Which file was meant: looked for once, since further ones are but counted. */
  #hintForMissing({ name, parts }: InputPlan, source: string): string | undefined {
    if (this.#missing.has(name)) return undefined;
    this.#missing.add(name);
    const pattern = textOfPattern(parts);
    const better = pattern.replace(/\$(?=\{)/g, "");
    return better === pattern ? this.inputs.hintForMissing(source) : `a placeholder has no $: write ${better}`;
  }

  /** The params that decide what a job does: its position, only where something makes use of it. */
  #identifying(params: Params): readonly string[] {
    const { position, params: names } = this.swarm;
    if (position === undefined || this.#usesPosition(position, params)) return names;
    return names.filter((name) => name !== position);
  }

  #usesPosition(position: string, params: Params): boolean {
    const { inputs, outputs, command, prepare, program } = this.swarm;
    const parts = [...inputs, ...outputs].flatMap((path) => [
      ...path.parts,
      ...("asParts" in path ? (path.asParts ?? []) : []),
    ]);
    if (program !== undefined || parts.some((part) => "placeholder" in part && part.placeholder === position))
      return true;
    const variable = `param_${position}`;
    return [command, prepare, params[LINE_PARAMS.line]].some((text) => String(text).includes(variable));
  }

  /** How many jobs before were the same. Most come once: those take 8 bytes each. */
  #countSame(facts: string): number {
    if (this.#seen.add(markOf(facts))) return 0;
    const count = (this.#repeated.get(facts) ?? 0) + 1;
    this.#repeated.set(facts, count);
    return count;
  }
}
