import type { Params } from "../../format/pattern.js";
import type { Place, Problem } from "../../problem/problem.js";
import { type FileLine, readFileLines, whyUnfit } from "../file-lines.js";
import { Repetitions } from "../repetitions.js";
import { Sighting, UNSEEN_BLANK } from "../sighting.js";
import { again, type SaidSource, type SurveySource } from "./source.js";
import { surveyFile } from "./source-file.js";

/** So many lines of one kind of mistake are shown. */
const MOST_NAMED = 3;

/** `# so many`: nothing else than a comment. */
const COMMENT = /^\s*#(?:[\s#!]|$)/;

/** Mistakes of one kind: the first few are shown at their places, the others counted. */
class Kind {
  readonly #problems: Problem[] = [];
  #more = 0;

  add(message: string, place: Place, hint: string): void {
    if (this.#problems.length < MOST_NAMED) this.#problems.push({ message, place, hint });
    else this.#more += 1;
  }

  listed(file: string): readonly Problem[] {
    if (this.#more === 0) return this.#problems;
    return [...this.#problems, { message: `and ${this.#more} more of these in ${file}` }];
  }
}

/** The lines that are values, with what is wrong with others. */
function* values(lines: Iterable<FileLine>, comments: boolean | undefined): Generator<FileLine> {
  for (const line of lines) {
    if (line.text.trim() === "") continue;
    if (/^\s*#/.test(line.text) && (comments === true || (comments === undefined && COMMENT.test(line.text)))) continue;
    yield line;
  }
}

function review({ path, name, comments }: SaidSource<"lines">, read: () => Iterable<FileLine>) {
  const [unfit, hashed, repeated] = [new Kind(), new Kind(), new Kind()];
  const repetitions = new Repetitions();
  const blanks = new Sighting();
  for (const line of values(read(), comments)) {
    const { text } = line;
    const why = whyUnfit(text);
    if (why) unfit.add(why.message, line.placeOf(why.offset), why.hint);
    else if (text.includes("\t")) {
      const hint = `for columns: table("${path}"), whose first line names them`;
      unfit.add("the line has a tab in it: is this a table?", line.placeOf(text.indexOf("\t")), hint);
    } else if (comments === undefined && text.trimStart().startsWith("#")) {
      const hint = `say which: lines("${path}", "${name}", { comments: true }) leaves such lines out, { comments: false } takes them`;
      hashed.add("this line begins with #: it may be a value, or a comment", line.placeOf(0), hint);
    }
    if (UNSEEN_BLANK.test(text)) blanks.see(() => line.placeOf(0));
    repetitions.add(text);
  }
  if (repetitions.any) {
    const first = new Map<string, number>();
    for (const line of values(read(), comments)) {
      if (!repetitions.isSuspect(line.text)) continue;
      const before = first.get(line.text);
      if (before === undefined) first.set(line.text, line.number);
      else repeated.add(`this line says the same as line ${before}`, line.placeOf(0), "leave one of them out");
    }
  }
  const notes = blanks.tell((count) => ({
    message: `${count === 1 ? "a line begins or ends" : `${count} lines begin or end`} with a blank, or with one that is not to be seen`,
    hint: "it is part of the value; take it away if it was not meant",
  }));
  return { problems: [unfit, hashed, repeated].flatMap((kind) => kind.listed(path)), notes };
}

/** `lines("ids.txt")`: a job for each line, whose param it is. */
export const surveyLines: SurveySource<"lines"> = (source, folder) => {
  const names = [source.name];
  const empty = {
    message: `the swarm has no jobs: all lines of ${source.path} are empty or comments`,
    hint: "each other line is a job",
  };
  return surveyFile(source.path, folder, { names, empty }, (path) => {
    const read = () => readFileLines(path, source.path);
    function* jobs(): Generator<Params> {
      for (const { text } of values(read(), source.comments)) yield { [source.name]: text };
    }
    return { names, jobs: again(jobs), ...review(source, read) };
  });
};
