import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command, Option } from "commander";
import { quoteWord } from "../../compiler/format/quote.js";
import { nameVerbs, setTypedPlace } from "../../runtime/cli/output/where.js";
import { makeProgram } from "../../runtime/cli/program.js";
import { suite } from "../runner/suite.js";
import { folderOf } from "../swarms/swarm-folders.js";

/** Commands that messages, generated scripts and pages name: whoever types them is understood. */
const test = suite("named commands");

/** This file runs from `dist/test/cli/`. */
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Texts that people read: messages are in the sources, and so are comments, which are to be right, too. */
const READ = /\.(?:ts|sh|hbs|md)$/;

/** What follows the name where it is no command: `another locusts is at work`. */
const PROSE = new Set(["is", "has", "in", "others", "to", "does", "finds", "runs"]);

/** Each `locusts VERB` in a text, with the options behind it, and their values. */
function commandsIn(text: string, verbs: ReadonlyMap<string, Command>): string[][] {
  return [...text.matchAll(/(?<![\w./"-])locusts ([a-z][a-z-]*)((?:[ ]+[^\s`;,()]+)*)/g)].flatMap(
    ([, verb = "", rest = ""]) => {
      if (PROSE.has(verb)) return [];
      const words = rest.trim().split(/ +/);
      const taken = [verb];
      const option = (word: string): Option | undefined =>
        verbs.get(verb)?.options.find(({ long, short }) => word === long || word === short);
      // A definition may stand before the options.
      if (/^-/.test(words[1] ?? "") && !/^-/.test(words[0] ?? "")) taken.push(words.shift() as string);
      while (/^--?[a-z]/.test(words[0] ?? "")) {
        const word = (words.shift() as string).replace(/[.:'"?|]+$/, "");
        taken.push(word);
        if (option(word)?.required && words.length > 0) taken.push(words.shift() as string);
      }
      return [taken];
    },
  );
}

function textsOf(folder: string): (readonly [path: string, text: string])[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && READ.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(ROOT.length), readFileSync(path, "utf8")] as const);
}

/** The command line as it is, but for what verbs do. */
function makeParser(): { readonly program: Command; readonly verbs: ReadonlyMap<string, Command> } {
  const program = makeProgram(() => {});
  const quiet = { writeErr: () => {}, writeOut: () => {} };
  program.configureOutput(quiet);
  for (const command of program.commands) command.action(() => {}).configureOutput(quiet);
  return { program, verbs: new Map(program.commands.map((command) => [command.name(), command])) };
}

/** @returns why a command is not understood */
function refusal(words: readonly string[]): string | undefined {
  try {
    makeParser().program.parse(words as string[], { from: "user" });
    return undefined;
  } catch (error) {
    if ((error as { readonly code?: string }).code === "commander.helpDisplayed") return undefined;
    return (error as Error).message;
  }
}

const { verbs } = makeParser();
const texts = [...textsOf("runtime"), ...textsOf("compiler"), ...textsOf("swarms")].filter(
  ([path]) => !path.includes("/bundle/") && !path.includes("/results/"),
);
texts.push(["README.md", readFileSync(join(ROOT, "README.md"), "utf8")]);
const named = texts.flatMap(([path, text]) => commandsIn(text, verbs).map((words) => ({ path, words })));

test("each command that is named anywhere has a verb and options that there are", () => {
  assert.ok(named.length > 150, String(named.length));
  const found = new Map(named.map(({ path, words }) => [words.join(" "), path]));
  const refused = [...found].flatMap(([command, path]) => {
    const words = command.split(" ");
    const isShort = refusal(words)?.includes("missing required argument") === true; // what it is about is told before
    const why = refusal([...words, ...(isShort ? ["bash"] : [])]);
    return why ? [`${path}: locusts ${command}: ${why}`] : [];
  });
  assert.deepEqual(refused, []);
});

test("named to somebody who stands elsewhere, a command still is one, and is about the same swarm", () => {
  const folder = folderOf({ "my swarm/swarm.config.ts": "", "tasks.txt": "", "tasks.txt.locusts/swarm.config.ts": "" });
  mkdirSync(join(folder, "stdin.locusts"));
  const messages = new Set(named.filter(({ path }) => /\.ts$/.test(path)).map(({ words }) => words.join(" ")));
  const takesPlace = (verb: string) => !/^(?:init|run|import-tree|completion|help|__.*|-.*)$/.test(verb);
  for (const place of [join(folder, "my swarm"), join(folder, "tasks.txt")]) {
    setTypedPlace(place, "there");
    for (const command of messages) {
      const [verb = "", ...rest] = command.split(" ");
      if (!takesPlace(verb) || /^[^-]/.test(rest[0] ?? "")) continue;
      const told = nameVerbs(`locusts ${command}`);
      const words = [...told.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? (bare as string));
      assert.ok(words.includes(place), told);
      assert.ok(words.includes("--target"), told);
      assert.equal(refusal(words.slice(1)), undefined, told);
    }
  }
  setTypedPlace(join(folder, "stdin"));
  assert.equal(nameVerbs("locusts deploy"), `locusts deploy ${quoteWord(join(folder, "stdin.locusts"))}`);
  setTypedPlace(".");
});

test.run();
