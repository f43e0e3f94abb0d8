import { basename, join } from "node:path";
import { entriesIn } from "../../compiler/format/file-access.js";
import { Groups } from "../../compiler/format/groups.js";

/** Files of one kind in one folder, as a pattern finds them. */
export interface FoundFiles {
  /** how many there are; of pairs, how many pairs */
  readonly count: number;
  /** the patterns, by names for inputs: one, or two of files that come in pairs */
  readonly patterns: Readonly<Record<string, string>>;
}

/** Written by people, or by Locusts, git and the like: no data. */
const NO_DATA =
  /^(\..*|.*~|readme.*|license.*|changelog.*|makefile.*|dockerfile.*|snakefile.*|slurm-.*\.out|.*\.(md|rst|html?|css|[cm]?[jt]sx?|py|r|rmd|jl|m|pl|sh|bash|ipynb|toml|ya?ml|lock|cfg|ini|pdf|docx?|pptx?|log))$/i;
const OTHER_FOLDERS = /^(\..*|results|bundle|node_modules|__pycache__|v?env|dist|build|target|logs?)$/i;

/** So far is looked. */
const DEEPEST = 3;
const MOST_FOLDERS = 200;

/** What is the same in all files of a kind: `.fastq.gz` of `a.1.fastq.gz`. */
function endingOf(name: string): string {
  return /(?<=.)\.[A-Za-z]\w*(\.(gz|bz2|xz|zst|zip))?$/.exec(name)?.[0] ?? "";
}

/** `a_R1`, `a_2`, `a_R1_001`, `{id}/R1`: the sample, what tells the two apart, and what follows. */
const MATE = /^(.+)([._](?:R|read)?|\/(?:R|read))([12])(_\d+)?$/i;

/** The two patterns of files that come in pairs; undefined if not all do. */
function pairsAmong(before: string, names: readonly string[], ending: string): FoundFiles | undefined {
  const stems = new Set(names.map((name) => name.slice(0, name.length - ending.length)));
  const kinds = new Set<string>();
  for (const stem of stems) {
    const [, sample, mark, number, after = ""] = MATE.exec(stem) ?? [];
    if (sample === undefined || !stems.has(`${sample}${mark}${number === "1" ? 2 : 1}${after}`)) return undefined;
    kinds.add(`${mark}\0${after}`);
  }
  const [kind = "", ...others] = kinds;
  if (others.length > 0) return undefined;
  const [mark, after] = kind.split("\0");
  const pattern = (number: number) => `${before}{id}${mark}${number}${after}${ending}`;
  return { count: stems.size / 2, patterns: { r1: pattern(1), r2: pattern(2) } };
}

/** A file in a folder of its job's, as a pattern; its name may begin with the folder's. */
function patternBelow(folder: string, name: string): string {
  const own = basename(folder);
  const isNamedSo = name.startsWith(own) && /^[._-]/.test(name.slice(own.length));
  const rest = isNamedSo ? `{id}${name.slice(own.length)}` : name;
  return `${folder.slice(0, folder.length - own.length - 1)}{id}/${rest}`;
}

/** What lies in folders side by side: a file in each, or a pair of them. */
function* alikeOrPairs(alike: Groups<string, string>): Generator<FoundFiles> {
  for (const [pattern, places] of alike) {
    yield { count: places.length, patterns: { data: pattern } };
    const ending = endingOf(pattern);
    const [, sample, mark, number, after = ""] = MATE.exec(pattern.slice(0, pattern.length - ending.length)) ?? [];
    const mate = `${sample}${mark}2${after}${ending}`;
    if (number === "1" && alike.get(mate)?.join("\n") === places.join("\n"))
      yield { count: places.length, patterns: { r1: pattern, r2: mate } };
  }
}

/** Can it stand in a pattern as it is? */
function isPlain(text: string): boolean {
  return !/[*?{}"'`$\\\n]/.test(text);
}

/** A list of commands, by what people call it, and a table. */
const LIST = /^(tasks?|commands?|cmds?|jobs?|joblist)(\.(txt|list|cmds?))?$/i;
const TABLE = /\.[ct]sv$/i;

/** What a single file of a folder may be about: a job for each of its lines, or rows. */
export function findListed(folder: string): { readonly lists: readonly string[]; readonly tables: readonly string[] } {
  const names = entriesIn(folder).flatMap((entry) => (entry.isFile() && isPlain(entry.name) ? [entry.name] : []));
  return { lists: names.filter((name) => LIST.test(name)), tables: names.filter((name) => TABLE.test(name)) };
}

/** The kind of files of which most lie in or below a folder, as data for jobs would; undefined if there are no two of a kind. */
export function findData(folder: string): FoundFiles | undefined {
  let most: FoundFiles | undefined;
  const folders = [{ at: "", depth: 0 }];
  /** files of one name in folders side by side: a folder for each job */
  const alike = new Groups<string, string>();
  for (let i = 0; i < Math.min(folders.length, MOST_FOLDERS); i += 1) {
    const { at, depth } = folders[i] as (typeof folders)[number];
    const kinds = new Groups<string, string>();
    for (const entry of entriesIn(join(folder, at))) {
      const { name } = entry;
      if (entry.isDirectory() && depth < DEEPEST && !OTHER_FOLDERS.test(name) && isPlain(name)) {
        folders.push({ at: `${at}${name}/`, depth: depth + 1 });
      } else if (entry.isFile() && !NO_DATA.test(name) && endingOf(name) !== "") {
        kinds.add(endingOf(name), name);
        if (at !== "") alike.add(patternBelow(at, name), at);
      }
    }
    for (const [ending, names] of kinds) {
      if (names.length < 2) continue;
      const one = { count: names.length, patterns: { data: `${at}{id}${ending}` } };
      most = larger(most, pairsAmong(at, names, ending) ?? one);
    }
  }
  for (const found of alikeOrPairs(alike)) if (found.count > 1) most = larger(most, found);
  return most;
}

/** Which of them are more files? */
function larger(most: FoundFiles | undefined, found: FoundFiles): FoundFiles {
  const files = (some: FoundFiles) => some.count * Object.keys(some.patterns).length;
  return most && files(most) >= files(found) ? most : found;
}
