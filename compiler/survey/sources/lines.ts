import type { Params } from "../../format/pattern.js";
import { type FileLine, readFileLines, whyUnfit } from "../file-lines.js";
import { Repetitions } from "../repetitions.js";
import { Sighting, UNSEEN_BLANK } from "../sighting.js";
import { again, type SaidSource, type SurveySource } from "./source.js";
import { FileMistakes, noLines, surveyFile } from "./source-file.js";

/** So many lines of one kind of mistake are shown. */
const MOST_NAMED = 3;

/** `# so many`: nothing else than a comment. */
const COMMENT = /^\s*#(?:[\s#!]|$)/;

/** The lines that are values, with what is wrong with others. */
function* values(lines: Iterable<FileLine>, comments: boolean | undefined): Generator<FileLine> {
  for (const line of lines) {
    if (line.text.trim() === "") continue;
    if (/^\s*#/.test(line.text) && (comments === true || (comments === undefined && COMMENT.test(line.text)))) continue;
    yield line;
  }
}

function review({ path, name, comments }: SaidSource<"lines">, read: () => Iterable<FileLine>) {
  const mistakes = () => new FileMistakes(path, MOST_NAMED);
  const [unfit, hashed, repeated] = [mistakes(), mistakes(), mistakes()];
  const repetitions = new Repetitions();
  const blanks = new Sighting();
  for (const line of values(read(), comments)) {
    const { text } = line;
    const why = whyUnfit(text);
    if (why) unfit.add({ message: why.message, place: line.placeOf(why.offset), hint: why.hint });
    else if (text.includes("\t")) {
      const hint = `for columns: table("${path}"), whose first line names them`;
      unfit.add({
        message: "the line has a tab in it: is this a table?",
        place: line.placeOf(text.indexOf("\t")),
        hint,
      });
    } else if (comments === undefined && text.trimStart().startsWith("#")) {
      const hint = `say which: lines("${path}", "${name}", { comments: true }) leaves such lines out, { comments: false } takes them`;
      hashed.add({ message: "this line begins with #: it may be a value, or a comment", place: line.placeOf(0), hint });
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
      else {
        const message = `this line says the same as line ${before}`;
        repeated.add({ message, place: line.placeOf(0), hint: "leave one of them out" });
      }
    }
  }
  const notes = blanks.tell((count) => ({
    message: `${count === 1 ? "a line begins or ends" : `${count} lines begin or end`} with a blank, or with one that is not to be seen`,
    hint: "it is part of the value; take it away if it was not meant",
  }));
  return { problems: [unfit, hashed, repeated].flatMap((kind) => kind.listed()), notes };
}

/** `lines("ids.txt")`: a job for each line, whose param it is. */
export const surveyLines: SurveySource<"lines"> = (source, folder) => {
  const names = [source.name];
  return surveyFile(source.path, folder, { names, empty: noLines(source.path) }, (path) => {
    const read = () => readFileLines(path, source.path);
    function* jobs(): Generator<Params> {
      for (const { text } of values(read(), source.comments)) yield { [source.name]: text };
    }
    return { names, jobs: again(jobs), ...review(source, read) };
  });
};
