import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Command, Option } from "commander";
import { readBundleDescription, readBundledJobs } from "../../compiler/format/bundle.js";
import { namesIn, textOf } from "../../compiler/format/file-access.js";
import { DEFINITION_NAME } from "../../compiler/format/own-folders.js";
import { CAUSES } from "../../compiler/format/results.js";
import { lineOf } from "../results/failure.js";
import { STATES } from "../results/select-jobs.js";
import { listHome, openWorkspace, type Workspace } from "../workspace/workspace.js";

/** Something that can stand where the cursor is. */
export interface Candidate {
  readonly text: string;
  /** what it is; may be empty */
  readonly words: string;
}

/** So many names of jobs are offered. */
const MOST_JOBS = 500;
/** So much of a line of commands is shown. */
const LONGEST_LINE = 60;

const plain = (texts: Iterable<string>): Candidate[] => [...texts].map((text) => ({ text, words: "" }));

/** The words of a command line, as a shell sees them; the last one, in which the cursor stands, may be empty. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (const [part] of line.matchAll(/\s+|'[^']*'?|"(?:\\.|[^"\\])*"?|\\.?|[^\s'"\\]+/gs)) {
    if (/^\s/.test(part)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (part.startsWith("'")) word = (word ?? "") + part.replaceAll("'", "");
    else if (part.startsWith('"')) word = (word ?? "") + part.replace(/^"|"$/g, "").replace(/\\(["\\$`])/g, "$1");
    else word = (word ?? "") + part.replace(/^\\/, "");
  }
  return [...words, word ?? ""];
}

/** A path as the shell hands it to a program: what is typed begins with what stands for home. */
function fromHome(path: string): string {
  return path.replace(/^(?:~|\$HOME)(?=\/|$)/, () => homedir());
}

/**
 * Folders, and files of a kind, that begin as what was typed.
 *
 * @param isWanted told the name of each, and the folder that it is in
 */
function pathsLike(typed: string, isWanted: (name: string, folder: string, isFolder: boolean) => boolean): Candidate[] {
  const folder = typed.includes("/") ? fromHome(dirname(`${typed}x`)) : ".";
  const start = typed.slice(typed.lastIndexOf("/") + 1);
  const before = typed.slice(0, typed.length - start.length);
  return namesIn(folder === "" ? "/" : folder)
    .filter((name) => name.startsWith(start) && (start.startsWith(".") || !name.startsWith(".")))
    .sort()
    .flatMap((name) => {
      const isFolder = statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory() === true;
      return isWanted(name, folder, isFolder) ? [{ text: `${before}${name}${isFolder ? "/" : ""}`, words: "" }] : [];
    });
}

/** Can a definition be here, or below: is it no folder that Locusts has made, and no file of another kind? */
function leadsToDefinition(name: string, folder: string, isFolder: boolean): boolean {
  if (!isFolder) return /\.config\.[cm]?[jt]s$/.test(name) || isRunList(name, folder);
  if (name === "node_modules") return false;
  if (/^(?:bundle|results)$/.test(name)) return !existsSync(join(folder, DEFINITION_NAME));
  // That of a list is called by the list's name.
  return !name.endsWith(".locusts") || !existsSync(join(folder, name.slice(0, -".locusts".length)));
}

/** Is it a list of commands that was run? */
function isRunList(name: string, folder: string): boolean {
  return existsSync(join(listHome(join(folder, name)), DEFINITION_NAME));
}

/** Targets that bundles were built for, and those that the definition's text names. */
function targetsOf({ home, definition }: Workspace): Candidate[] {
  const names = new Set(namesIn(join(home, "bundle")).filter((name) => name !== "lib"));
  const text = textOf(definition) ?? "";
  const start = /\btargets\s*:\s*\{/.exec(text);
  let depth = 1;
  const rest = start ? text.slice(start.index + start[0].length) : "";
  for (const [part, name] of rest.matchAll(
    /[{([]|[})\]]|\/\/[^\n]*|"(?:\\.|[^"\\])*"(?!\s*:)|["']?([\w.-]+)["']?\s*:/g,
  )) {
    if (/^[{([]/.test(part)) depth += 1;
    else if (/^[})\]]/.test(part)) depth -= 1;
    else if (name !== undefined && depth === 1) names.add(name);
    if (depth === 0) break;
  }
  return plain(names);
}

/** The bundle of a target, or of the only one, or of `local`. */
function bundleOf({ home }: Workspace, target: string | undefined): string | undefined {
  const bundles = join(home, "bundle");
  const names = namesIn(bundles).filter((name) => existsSync(join(bundles, name, "bundle.json")));
  const chosen = target ?? (names.length === 1 ? names[0] : "local");
  return chosen !== undefined && names.includes(chosen) ? join(bundles, chosen) : undefined;
}

/** Names of jobs that begin as what was typed. */
function jobsOf(workspace: Workspace, target: string | undefined, typed: string): Candidate[] {
  const bundle = bundleOf(workspace, target);
  if (bundle === undefined) return [];
  const found: Candidate[] = [];
  const description = readBundleDescription(bundle);
  for (const job of readBundledJobs(bundle, description)) {
    if (!job.name.startsWith(typed) || /[\t\n]/.test(job.name)) continue;
    found.push({ text: job.name, words: lineOf(job, description)?.slice(0, LONGEST_LINE) ?? "" });
    if (found.length >= MOST_JOBS) break;
  }
  return found;
}

function revisionsOf({ folder }: Workspace): Candidate[] {
  const { stdout } = spawnSync("git", ["-C", folder, "for-each-ref", "--format=%(refname:short)"], {
    encoding: "utf8",
  });
  return plain((stdout ?? "").split("\n").filter((name) => name !== ""));
}

function find(options: readonly Option[], word: string): Option | undefined {
  return options.find(({ long, short }) => word === long || word === short);
}

/** `--target=local` as two words; all else as it is. */
function atEquals(word: string): string[] {
  const [, option, value] = /^(--[\w-]+)=(.*)$/s.exec(word) ?? [];
  return option === undefined || value === undefined ? [word] : [option, value];
}

/** What was typed behind a verb: the option whose value the cursor stands in, the definition, and the target. */
function readTyped(options: readonly Option[], words: readonly string[]) {
  let open: Option | undefined; // an option that still takes words
  let place: string | undefined;
  let target: string | undefined;
  for (const word of words.flatMap(atEquals)) {
    const option = word.startsWith("-") ? find(options, word) : undefined;
    if (option) open = option.required || option.optional ? option : undefined;
    else if (word === "--") open = undefined;
    else if (open) {
      if (open.long === "--target") target = word;
      if (!open.variadic) open = undefined;
    } else if (!word.startsWith("-")) place ??= fromHome(word);
  }
  return { open, place, target };
}

function valuesOf(option: Option, place: string, target: string | undefined, typed: string): Candidate[] {
  if (option.long === "--out" || option.long === "--root" || option.long === "--folder")
    return pathsLike(typed, (_name, _folder, isFolder) => isFolder);
  const workspace = openWorkspace(place);
  switch (option.long) {
    case "--target":
      return targetsOf(workspace);
    case "--against":
      return revisionsOf(workspace);
    case "--only":
      return [...jobsOf(workspace, target, typed), ...plain([...Object.keys(STATES), ...CAUSES])];
    case "--redo":
      return [...jobsOf(workspace, target, typed), ...plain(["all", ...CAUSES])];
    case "--job":
      return jobsOf(workspace, target, typed);
    default:
      return [];
  }
}

function optionsOf(options: readonly Option[]): Candidate[] {
  return options.map(({ long, short, description }) => ({ text: (long ?? short) as string, words: description }));
}

function candidates(program: Command, words: readonly string[]): Candidate[] {
  const at = words.findIndex((word) => basename(word) === program.name());
  const [verb, ...rest] = words.slice(at + 1);
  const verbs = program.commands.filter((command) => !command.name().startsWith("__"));
  if (rest.length === 0) {
    if (verb?.startsWith("-")) return optionsOf(program.options);
    return verbs.map((command) => ({ text: command.name(), words: command.description() }));
  }
  const command = verbs.find((each) => each.name() === verb);
  if (!command) return [];
  const typed = rest.at(-1) as string;
  if (typed.startsWith("-")) return optionsOf([...command.options, ...helpOption(command)]);
  const { open, place, target } = readTyped(command.options, rest.slice(0, -1));
  if (open) return orNone(() => valuesOf(open, place ?? ".", target, typed));
  if (verb === "repro") {
    const names = orNone(() => jobsOf(openWorkspace(place ?? "."), target, typed)); // what was typed before may be a job
    return [...names, ...pathsLike(typed, leadsToDefinition)];
  }
  if (place !== undefined) return [];
  if (verb === "completion") return plain(["bash", "zsh", "fish"]);
  if (verb === "run" || verb === "import-tree") return pathsLike(typed, () => true);
  return pathsLike(typed, leadsToDefinition);
}

/** What was found; nothing where there is no definition, say. */
function orNone(find: () => Candidate[]): Candidate[] {
  try {
    return find();
  } catch {
    return [];
  }
}

function helpOption(command: Command): readonly Option[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long }) => long === "--help");
}

/**
 * What can stand at the end of a command line, in the order in which it is to be offered.
 *
 * @param part the end of it that the shell replaces, as it is written: some take a word apart, at = say
 */
export function candidatesFor(program: Command, line: string, part?: string): Candidate[] {
  const words = splitWords(line);
  const typed = words.pop() as string;
  const last = atEquals(typed);
  const inFront = typed.slice(0, typed.length - (last.at(-1) as string).length);
  const replaced = part === undefined ? typed : (splitWords(part).at(-1) as string);
  const kept = typed.endsWith(replaced) ? typed.length - replaced.length : 0;
  const seen = new Set<string>();
  return candidates(program, [...words, ...last]).flatMap(({ text: found, words: about }) => {
    const text = inFront + found;
    const isNew = text.startsWith(typed) && !seen.has(text);
    seen.add(text);
    return isNew ? [{ text: text.slice(kept), words: about }] : [];
  });
}
