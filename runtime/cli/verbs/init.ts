import { appendFileSync, existsSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { countOf } from "../../../compiler/format/amounts.js";
import { entriesIn, textOf } from "../../../compiler/format/file-access.js";
import { makeFolders } from "../../../compiler/format/make-folders.js";
import { DEFINITION_NAME } from "../../../compiler/format/own-folders.js";
import { quoteWord } from "../../../compiler/format/quote.js";
import { RuntimeProblem } from "../../system/problem.js";
import { type FoundFiles, findData, findListed } from "../../workspace/existing-data.js";
import { EXIT } from "../output/exit-codes.js";
import { fromHere } from "../output/where.js";
import type { Verb } from "./verb.js";

/** What sets one beginning apart from another: parts of the definition's text. */
interface Beginning {
  readonly name: string;
  /** what there is one job for each of */
  readonly each: string;
  readonly jobs: string;
  /** its declared input, unless its jobs' files are their inputs */
  readonly input?: string;
  readonly output: string;
  readonly command: string;
}

function definitionOf({ name, each, jobs, input, output, command }: Beginning): string {
  return `import { defineSwarm, files, local, sh } from "locusts";

export default defineSwarm({
  name: "${name}",
  // One job for each ${each}; {id} is what sets a job apart.
  jobs: ${jobs},
${input === undefined ? "" : `  inputs: {\n    ${input},\n  },\n`}  // Where the command writes; the same path below results/ is where you find it.
  outputs: {
    ${output},
  },
  command: ({ inputs, outputs }) => sh\`
    ${command}
  \`,
  targets: {
    local: local(),
  },
});
`;
}

const EXAMPLE: Beginning = {
  name: "count-words",
  each: "file that matches",
  jobs: 'files("inputs/{id}.txt")',
  input: 'text: "inputs/{id}.txt"',
  output: 'count: "counts/{id}.txt"',
  command: `wc -w < \${inputs.text} > \${outputs.count}`,
};

/** A definition about files that are there already. */
function beginWith({ patterns }: FoundFiles, folder: string): Beginning {
  const name = basename(folder).replace(/[^A-Za-z0-9._-]+/g, "-");
  const [first = "", ...others] = Object.entries(patterns).map(([input, pattern]) => `${input}: "${pattern}"`);
  const names = Object.keys(patterns).map((input) => `\${inputs.${input}}`);
  return {
    name: /^[A-Za-z0-9]/.test(name) ? name.slice(0, 100) : "my-swarm",
    ...(others.length === 0
      ? { each: "file that matches", jobs: `files("${patterns.data}")`, input: first }
      : { each: "pair of files, which are its inputs", jobs: `files({ ${[first, ...others].join(", ")} })` }),
    output: 'size: "sizes/{id}.txt"',
    command: `wc -c ${names.join(" ")} > \${outputs.size}`,
  };
}

const EXAMPLES: Readonly<Record<string, string>> = {
  "inputs/hopper.txt": "the desert locust changes its colour when it is crowded\n",
  "inputs/swarm.txt": "a swarm may hold forty million locusts to the square kilometre\n",
};

/** Lines for git; those that are there already stay as they are. */
const FOR_GIT: Readonly<Record<string, readonly string[]>> = {
  // A rule for all folders called lib, as there is for Python, is not meant for the machinery.
  ".gitignore": [".locusts/", "results/", "!**/bundle/lib/"],
  // Bash does not bear other line ends; a review is about the bundle, not about what is the same for every swarm.
  ".gitattributes": ["**/bundle/** -text", "**/bundle/lib/** linguist-generated"],
};

function write(folder: string, name: string, text: string): void {
  const path = join(folder, name);
  makeFolders(dirname(path));
  writeFileSync(path, text, { flag: "wx" });
}

/** Adds the lines that a file has not. @returns how that is told; undefined if it has them all */
function complete(folder: string, name: string, lines: readonly string[]): string | undefined {
  const before = textOf(join(folder, name));
  const known = before?.split(/\r?\n/).map((line) => line.trim());
  const missing = lines.filter((line) => !known?.includes(line));
  if (missing.length === 0) return undefined;
  const text = `${missing.join("\n")}\n`;
  if (before === undefined) write(folder, name, text);
  else appendFileSync(join(folder, name), `${before === "" || before.endsWith("\n") ? "" : "\n"}${text}`);
  return before === undefined ? name : `${name} (${countOf(missing.length, "line")} added)`;
}

/** What an editor needs to know the types, unless it finds them. */
function howEditorsFind(folder: string): string | undefined {
  try {
    createRequire(join(folder, DEFINITION_NAME)).resolve("locusts/package.json");
    return undefined;
  } catch {
    const own = dirname(createRequire(import.meta.url).resolve("../../../../package.json"));
    return `  for an editor to know "locusts" there: npm install --prefix ${quoteWord(folder)} ${quoteWord(own)}`;
  }
}

/**
 * The file that is to be written: by its folder, or as the file that it is to be.
 *
 * @throws RuntimeProblem if something is there already
 */
function definitionMeant(typed: string): string {
  const place = resolve(typed);
  const stats = statSync(place, { throwIfNoEntry: false });
  const isFile = stats?.isDirectory() !== true && /\.[cm]?ts$/.test(place);
  const definition = isFile ? place : join(place, DEFINITION_NAME);
  if (stats && !stats.isDirectory() && !isFile) {
    throw new RuntimeProblem(
      `${place} is a file, and no name for a definition`,
      `name a folder, or a file that ends in .ts; if it is a list of commands: locusts run ${quoteWord(typed)}`,
    );
  }
  if (existsSync(definition)) {
    throw new RuntimeProblem(`${definition} exists already`, "name another folder: locusts init <folder>");
  }
  return definition;
}

export const init: Verb<object> = async (context) => {
  const definition = definitionMeant(context.place);
  const folder = dirname(definition);
  const definitionName = basename(definition);
  const hadData = entriesIn(folder).some(({ name }) => !name.startsWith("."));
  const found = findData(folder);
  const files: Readonly<Record<string, string>> = found
    ? { [definitionName]: definitionOf(beginWith(found, folder)) }
    : { [definitionName]: definitionOf(EXAMPLE), ...EXAMPLES };
  const written: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    if (existsSync(join(folder, name))) continue; // what is there stays
    write(folder, name, text);
    written.push(name);
  }
  for (const [name, lines] of Object.entries(FOR_GIT)) {
    const told = complete(folder, name, lines);
    if (told) written.push(told);
  }
  const place = fromHere(folder);
  if (context.json) context.terminal.printDocument("init", { folder, written });
  else {
    const { report } = context.terminal;
    report.say(`written in ${place}: ${written.join(", ")}`);
    if (found) {
      const what = Object.keys(found.patterns).length > 1 ? "pair" : "file";
      report.say(
        `  it is about what is there: ${countOf(found.count, what)} ${Object.values(found.patterns).join(", ")}`,
      );
      report.say(`  next: change its command, then locusts deploy`);
    } else {
      const { lists, tables } = findListed(folder);
      for (const list of lists)
        report.say(`  to run each line of ${list}: locusts run ${quoteWord(join(place, list))}`);
      for (const table of tables)
        report.say(`  for a job for each row of ${table}: jobs: table(${JSON.stringify(table)})`);
      if (hadData)
        report.say(
          "  it is an example with inputs of its own: no files were found here that look like one for each job",
        );
      report.say("  next: locusts deploy");
    }
    const editor = howEditorsFind(folder);
    if (editor) report.say(editor);
  }
  return EXIT.fine;
};
