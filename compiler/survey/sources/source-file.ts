import { statSync } from "node:fs";
import { resolve } from "node:path";
import { hintForMissing } from "../missing-path.js";
import type { Source } from "./source.js";

/**
 * Surveys what reads its jobs from a file, if that is there.
 *
 * @param said the file, as the definition names it
 * @param without what a source is of which nothing is known but its names
 * @param survey told the file's absolute path
 */
export function surveyFile(
  said: string,
  folder: string,
  without: Pick<Source, "names" | "empty">,
  survey: (path: string) => Omit<Source, "empty">,
): Source {
  const path = resolve(folder, said);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile()) return { ...survey(path), empty: without.empty };
  const problem = stats
    ? { message: `${said} is no file` }
    : { message: `there is no file ${said}`, hint: hintForMissing(folder, said) };
  return { ...without, jobs: [], problems: [problem], notes: [] };
}
