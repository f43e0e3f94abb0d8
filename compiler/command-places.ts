import type { LoadedDefinition } from "./load/index.js";
import type { Compilation } from "./plan/compilation.js";
import type { PlanMistake } from "./plan/plan-mistake.js";
import type { Place } from "./problem/problem.js";
import { assembleTemplate, textAt } from "./shell/template.js";

/** Maps a place in the text of an `sh` template to one in the source, which has two escapes more. */
export function placeInTemplate(loaded: LoadedDefinition, at: NonNullable<PlanMistake["template"]>): Place | undefined {
  const quasi = loaded.templateOf(at.stack)?.[at.piece];
  if (!quasi) return undefined;
  let offset = 0;
  let { line, column } = quasi.place;
  for (let i = 0; i < quasi.raw.length; i += 1) {
    const escaped = /^\\(`|\$\{)/.test(quasi.raw.slice(i, i + 3));
    if (!escaped && offset >= at.offset) break;
    if (!escaped) offset += 1;
    if (quasi.raw[i] === "\n") {
      line += 1;
      column = 1;
    } else column += 1;
  }
  return { file: quasi.place.file, line, column };
}

/** Where the lines of a command were written, in the order of the lines; undefined where that is not known. */
export async function placesOfCommand({ loaded, parts }: Compilation): Promise<readonly (Place | undefined)[]> {
  if (!parts) return [loaded.placeOf(["command"])]; // one that node() has made
  const { text, placeOf } = await assembleTemplate(parts);
  let start = 0;
  return text.split("\n").map((line) => {
    const { from, offset = 0 } = textAt(parts, placeOf(start + Math.max(0, line.search(/\S/)))) ?? {};
    start += line.length + 1;
    return from && placeInTemplate(loaded, { stack: from.stack, piece: from.index, offset });
  });
}
