import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { firstOf } from "../../compiler/format/amounts.js";
import { entriesIn, textOf } from "../../compiler/format/file-access.js";
import { DEFINITION_NAME } from "../../compiler/format/own-folders.js";
import { quoteWord } from "../../compiler/format/quote.js";

/** Folders are looked at so deep, and so many in all. */
const DEEPEST = 3;
const MOST_FOLDERS = 500;
/** So many definitions are named. */
const MOST_NAMED = 5;

/** The folders below one that have a definition, the nearest first. */
function definitionsBelow(folder: string): string[] {
  const found: string[] = [];
  let level = [folder];
  let looked = 0;
  for (let depth = 1; depth <= DEEPEST; depth += 1) {
    const below: string[] = [];
    for (const parent of level) {
      looked += 1;
      if (looked > MOST_FOLDERS) return found;
      for (const entry of entriesIn(parent)) {
        if (!entry.isDirectory() || /^(?:\.|node_modules$|bundle$|results$)/.test(entry.name)) continue;
        const path = join(parent, entry.name);
        if (existsSync(join(path, DEFINITION_NAME))) found.push(path);
        else below.push(path);
      }
    }
    level = below;
  }
  return found;
}

/** Definitions in a folder that have other names, of which nothing is known but their text. */
export function definitionsIn(folder: string): string[] {
  return entriesIn(folder)
    .filter((entry) => entry.isFile() && /\.[cm]?ts$/.test(entry.name))
    .map(({ name }) => join(folder, name))
    .filter((file) => textOf(file)?.includes("defineSwarm("));
}

/** Does the text of a definition have a target of this name, as far as can be seen without reading it as code? */
function isTarget(word: string, definition: string): boolean {
  const [, targets = ""] = (textOf(definition) ?? "").split(/\btargets\s*:/);
  return [...targets.matchAll(/["']?([\w.-]+)["']?\s*:\s*(?:local|ssh|slurm)\(/g)].some(([, name]) => name === word);
}

/**
 * What to do where there is no definition: which ones are near, or what else the word may have meant.
 *
 * @param typed as it was typed where a definition belongs
 */
export function hintForNoDefinition(typed: string, path: string): string {
  const here = process.cwd();
  const definition = join(here, DEFINITION_NAME);
  if (!existsSync(path) && existsSync(definition) && !typed.includes("/")) {
    const word = quoteWord(typed);
    if (isTarget(typed, definition)) return `a target is named by an option: --target ${word}`;
    return `a job of the definition in this folder is named by an option: locusts logs --job ${word}, locusts deploy --only ${word}`;
  }
  const place = existsSync(path) ? path : here;
  const near = [...definitionsIn(place), ...definitionsBelow(place)].map((found) => relative(here, found));
  const other = "begin one here: locusts init";
  if (near.length === 0) return `name the folder or file of a definition, or ${other}`;
  return `name one of these: ${firstOf(near.map(quoteWord), MOST_NAMED)}; or ${other}`;
}
