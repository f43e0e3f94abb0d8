import { type InputLike, patternOf } from "../../dsl/inputs.js";
import type { FilesOfJob } from "../../dsl/job-source.js";
import { addAll } from "../../format/add-all.js";
import { countOf } from "../../format/amounts.js";
import { hintForPlaceholders } from "../../format/odd-placeholders.js";
import { fillPattern, type Params, parsePattern, placeholdersOf } from "../../format/pattern.js";
import type { Problem } from "../../problem/problem.js";
import { matchFiles } from "../match-files.js";
import { hintForPattern } from "../missing-path.js";
import { again, type SourceInput, type SurveySource } from "./source.js";

/** So many examples of a mistake are given. */
const MOST_NAMED = 3;

/** One of the patterns, with the files that match it. */
interface Member {
  readonly name: string;
  readonly said: InputLike;
  readonly pattern: string;
  readonly placeholders: readonly string[];
  /** does it have all placeholders, so that each of its files is one of a single job? */
  readonly isWhole: boolean;
  /** paths, by the values of its placeholders */
  readonly paths: Map<string, string>;
  readonly matches: readonly { readonly path: string; readonly params: Params }[];
  readonly foundAs: string | undefined;
}

/** What files belong together by; no name of a file has the character that separates the values. */
function keyOf(params: Params, placeholders: readonly string[]): string {
  return placeholders.map((name) => params[name]).join("\0");
}

/** Does a pattern match by more than its placeholders, so that they do not say the path? */
function hasWildcard(pattern: string): boolean {
  return parsePattern(pattern).some((part) => "text" in part && /[*?]/.test(part.text));
}

function shown(files: FilesOfJob): string {
  const members = Object.entries(files).map(([name, said]) => `${name}: "${patternOf(said)}"`);
  return `files({ ${members.join(", ")} })`;
}

/** What is wrong with the patterns themselves. */
function reviewPatterns(files: FilesOfJob, names: readonly string[]): readonly Problem[] {
  const patterns = Object.entries(files).map(([name, said]) => ({ name, pattern: patternOf(said) }));
  if (patterns.length === 0) return [{ message: "files({}) names no files", hint: 'write files("in/{id}.txt")' }];
  const bare = patterns.find(({ pattern }) => placeholdersOf(pattern).length === 0);
  if (bare) {
    return [
      {
        message: `the pattern "${bare.pattern}" of ${bare.name} has no placeholder, so that its file would belong to every job`,
        hint:
          hintForPlaceholders(bare.pattern) ??
          `name it among the inputs: inputs: { ${bare.name}: shared("${bare.pattern}") }`,
      },
    ];
  }
  if (patterns.some(({ pattern }) => placeholdersOf(pattern).length === names.length)) return [];
  const all = names.map((name) => `{${name}}`).join(" and ");
  return [
    {
      message: `no pattern of ${shown(files)} has all of ${all}, so that it is not said which files belong together`,
      hint: 'let one of them have all; for each file with each other one: files("…").times(files("…"))',
    },
  ];
}

/** The first few of a kind of mistake, and how many there were. */
class Examples {
  readonly #first: string[] = [];
  count = 0;

  add(words: () => string): void {
    this.count += 1;
    if (this.#first.length < MOST_NAMED) this.#first.push(words());
  }

  words(): string {
    const more = this.count - this.#first.length;
    return `${this.#first.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
  }
}

/** Fills in what is known; the rest of the pattern stays as it is. */
function fillKnown(pattern: string, params: Params): string {
  const parts = parsePattern(pattern).map((part) =>
    "text" in part || part.placeholder in params ? part : { text: `{${part.placeholder}}` },
  );
  return fillPattern(parts, params);
}

/** Files without partners: each is named once, with the first pattern that it lacks. */
function findLonely(members: readonly Member[]): Examples {
  const lonely = new Examples();
  const wholes = members.filter(({ isWhole }) => isWhole);
  const used = new Map(members.filter(({ isWhole }) => !isWhole).map((member) => [member, new Set<string>()]));
  for (const member of wholes) {
    for (const { path, params } of member.matches) {
      const lacks = members.find((other) => !other.paths.has(keyOf(params, other.placeholders)));
      for (const [other, keys] of used) keys.add(keyOf(params, other.placeholders));
      if (lacks) lonely.add(() => `${path} lacks ${lacks.name}, ${fillKnown(lacks.pattern, params)}`);
    }
  }
  const [whole] = wholes;
  for (const [member, keys] of used) {
    for (const { path, params } of member.matches) {
      if (!whole || keys.has(keyOf(params, member.placeholders))) continue;
      lonely.add(() => `${path} lacks ${whole.name}, ${fillKnown(whole.pattern, params)}`);
    }
  }
  return lonely;
}

/** `files({ r1: "…", r2: "…" })`: a job for all files that belong together by their placeholders. */
export const surveyFileGroups: SurveySource<"file-groups"> = ({ files }, folder) => {
  const names = [...new Set(Object.values(files).flatMap((said) => placeholdersOf(patternOf(said))))];
  const empty = {
    message: `the swarm has no jobs: nothing matches ${shown(files)}`,
    hint: hintForPattern(folder, patternOf(Object.values(files)[0] ?? "")),
  };
  const unclear = reviewPatterns(files, names);
  if (unclear.length > 0) return { names, jobs: [], problems: unclear, notes: [], empty };

  const problems: Problem[] = [];
  const notes: Problem[] = [];
  const members = Object.entries(files).map(([name, said]): Member => {
    const pattern = patternOf(said);
    const placeholders = placeholdersOf(pattern);
    const { matches, problems: wrong, notes: worth } = matchFiles(folder, pattern);
    addAll(problems, wrong);
    addAll(notes, worth);
    const paths = new Map<string, string>();
    const several = new Examples();
    for (const { path, params } of matches) {
      const key = keyOf(params, placeholders);
      const other = paths.get(key);
      if (other === undefined) paths.set(key, path);
      else several.add(() => `${other} and ${path}`);
    }
    if (several.count > 0) {
      const message = `"${pattern}" finds more than one file for ${name} of one job: ${several.words()}`;
      problems.push({
        message,
        hint: "put a placeholder where they differ, or more of the name instead of the wildcard",
      });
    }
    const foundAs = hasWildcard(pattern) ? `*${name}` : undefined;
    const isWhole = placeholders.length === names.length;
    return { name, said, pattern, placeholders, isWhole, paths, matches, foundAs };
  });
  const inputs: Record<string, SourceInput> = Object.fromEntries(
    members.map(({ name, said, foundAs }) => [name, { said, foundAs }]),
  );

  const found = members.filter(({ matches }) => matches.length > 0);
  const none = members.filter(({ matches }) => matches.length === 0);
  if (found.length > 0 && none.length > 0) {
    const missing = none.map(({ name, pattern }) => `${name}: "${pattern}"`).join(", ");
    const there = found.map(({ name, matches }) => `${name} has ${countOf(matches.length, "file")}`).join(", ");
    problems.push({
      message: `nothing matches ${missing}; ${there}`,
      hint: hintForPattern(folder, none[0]?.pattern ?? ""),
    });
  } else if (problems.length === 0) {
    const lonely = findLonely(members);
    if (lonely.count > 0) {
      problems.push({
        message: `${countOf(lonely.count, "file")} without a partner: ${lonely.words()}`,
        hint: "add what is missing, or move away what is alone",
      });
    }
  }
  if (problems.length > 0) return { names, jobs: [], problems, notes, empty, inputs };

  const whole = members.find(({ isWhole }) => isWhole) as Member;
  const wild = members.filter(({ foundAs }) => foundAs !== undefined);
  function* jobs(): Generator<Params> {
    for (const { params } of whole.matches) {
      const job: Record<string, string> = {};
      for (const name of names) job[name] = String(params[name]);
      for (const { foundAs, paths, placeholders } of wild) {
        job[foundAs as string] = paths.get(keyOf(params, placeholders)) as string;
      }
      yield job;
    }
  }
  return { names, jobs: again(jobs), problems, notes, empty, inputs };
};
