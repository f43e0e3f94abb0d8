import { existsSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import type { Baseline } from "./baseline.js";
import type { Case } from "./case.js";
import {
  listFolded,
  listFolder,
  listOthers,
  listResults,
  type Manifest,
  placeOf,
  readJobTable,
  readJournals,
  readTally,
} from "./findings.js";
import { isDamage, type Point, roleOf } from "./point.js";
import { DEPLOY } from "./scenarios.js";
import type { VerbEnd } from "./verbs.js";

/**
 * What is wrong after a point, by the verdict's name:
 *
 * - `hang`      a verb took longer than a minute
 * - `words`     an error is no sentence: a stack trace, "a mistake in Locusts itself", a complaint of bash, nothing
 * - `honest`    a verb said that all is done and it was not, or blamed a job for a disk that failed
 * - `stuck`     the next deploy did not succeed
 * - `results`   files below results/ are not byte for byte those of an undisturbed run, or something beside them changed
 * - `tables`    jobs.tsv has not each job once, with the status of an undisturbed run
 * - `left`      a process is left over
 * - `rerun`     a job was started after a journal had said that it is done
 * - `twice`     a job ran two times at once
 * - `clean`     clean failed, or leaves other paths than after an undisturbed run
 * - `state`     .locusts/.gitignore or .locusts/definition are not what they should be
 * - `forgotten` a deploy after clean did not find all done
 */
export type Wrong = Map<string, string>;

const NO_SENTENCE =
  /^\s+at .+:\d+:\d+\)?$|\\n {4}at |node:internal|mistake in Locusts itself|UnhandledPromise|\.(sh|bash): line \d+:|TypeError|ReferenceError|\b(?:spawn|open|read|write|mkdir|rename|link) E[A-Z]{3,}/m;

function differences(got: Manifest, wanted: Manifest): string {
  const paths = [...new Set([...got.keys(), ...wanted.keys()])]
    .filter((path) => got.get(path) !== wanted.get(path))
    .sort();
  const said = paths
    .slice(0, 5)
    .map((path) => `${path} (${wanted.has(path) ? (got.has(path) ? "other" : "missing") : "more"})`);
  return paths.length === 0 ? "" : `${paths.length} differ: ${said.join(", ")}`;
}

function judgeWords(wrong: Wrong, { words, code, stdout, stderr }: VerbEnd): void {
  const text = `${stdout}\n${stderr}`;
  const found = NO_SENTENCE.exec(text);
  if (code === "hang") wrong.set("hang", `${words.join(" ")} did not end`);
  if (found) wrong.set("words", text.slice(Math.max(0, found.index - 160), found.index + 200).trim());
  else if (code === 1 && !/error:|stopped|"errors"|"how":"stopped"|^manager: ./m.test(text))
    wrong.set("words", `exit code 1 without a word: ${text.trim()}`);
}

/** How a verb has ended: in words, and honestly? */
export function judgeEnd(wrong: Wrong, tried: Case, baseline: Baseline, end: VerbEnd, point: Point): void {
  judgeWords(wrong, end);
  judgeHonesty(wrong, tried, baseline, end, point);
}

/** Was what the disturbed verb said true? */
function judgeHonesty(wrong: Wrong, tried: Case, baseline: Baseline, first: VerbEnd, point: Point): void {
  if (first.words[0] !== "deploy") return;
  const { failing } = tried.scenario;
  const table = readJobTable(tried);
  if (first.code === 0 && failing.length === 0) {
    const found = differences(listResults(tried), baseline.results);
    if (found !== "") wrong.set("honest", `exit code 0, and results: ${found}`);
    if (table.some((row) => !row.includes(" done ")))
      wrong.set("honest", "exit code 0, and jobs.tsv has jobs that are not done");
  }
  // Whose own shell was killed, or could not open its log, has failed for that reason.
  if (first.code !== 3 || point.fault.startsWith("kill") || roleOf(point) === "slot/joblog") return;
  const blamed = table.filter((row) => row.includes(" failed ") && !failing.includes(row.split(" ")[0] as string));
  if (blamed.length > 0) wrong.set("honest", `jobs are blamed: ${blamed.slice(0, 3).join("; ")}`);
}

function judgeResults(wrong: Wrong, tried: Case, baseline: Baseline): void {
  const found = [
    differences(listResults(tried), baseline.results),
    differences(listOthers(tried), baseline.others),
  ].filter((text) => text !== "");
  if (found.length > 0) wrong.set("results", found.join("; beside them: "));
  const table = readJobTable(tried);
  if (table.join("\n") === baseline.jobs.join("\n")) return;
  const others = table.filter((row) => !baseline.jobs.includes(row));
  wrong.set(
    "tables",
    `${table.length} rows of ${baseline.jobs.length}; other than expected: ${others.slice(0, 3).join("; ")}`,
  );
}

function judgeTries(wrong: Wrong, tried: Case): void {
  const events = readJournals(tried);
  for (const { job, end, journal } of events.filter(({ event }) => event === "done")) {
    const later = events.find((each) => each.event === "start" && each.job === job && each.start > end);
    if (later)
      wrong.set(
        "rerun",
        `job ${job} was done in ${journal} at ${end}, and started again in ${later.journal} at ${later.start}`,
      );
  }
  for (const [job, { starts, ends }] of readTally(tried)) {
    if (starts.length !== ends.length) continue;
    const spans = starts.sort().map((start, i) => [start, ends.sort()[i] as number] as const);
    if (spans.some(([, end], i) => end > (spans[i + 1]?.[0] ?? Number.POSITIVE_INFINITY)))
      wrong.set("twice", `job ${job} ran two times at once`);
  }
}

async function judgeClean(
  wrong: Wrong,
  tried: Case,
  baseline: Baseline,
  point: Point,
  wasReset: boolean,
): Promise<void> {
  const cleaned = await tried.verb(["clean"]);
  if (cleaned.code !== 0) wrong.set("clean", `exit code ${cleaned.code}: ${cleaned.stderr.trim().slice(-300)}`);
  const found = listFolded(tried);
  // What `clean --reset` has put aside is for people to look at.
  const isExpected = (folded: string) => baseline.cleaned.has(folded) || folded.startsWith(".locusts/damaged");
  const more = [...found].flatMap(([folded, path]) => (isExpected(folded) ? [] : [path]));
  // What was damaged, and nobody needs, may stay so.
  const [, , damaged] = point.place.split("|") as [string, string, string];
  const isNeeded = (folded: string) => !isDamage(point.fault) || !`${placeOf(folded)}/`.startsWith(`${damaged}/`);
  // After `clean --reset` there is no bundle on the target until a job is to run.
  const isExpectedGone = (folded: string) =>
    wasReset && /^(there\/[^/]+\/swarm|\.locusts\/local)\/bundle(\/|$)/.test(folded);
  const less = [...baseline.cleaned].filter(
    (folded) => !found.has(folded) && isNeeded(folded) && !isExpectedGone(folded),
  );
  if (more.length + less.length > 0)
    wrong.set("clean", `more: ${more.slice(0, 6).join(", ")}; less: ${less.slice(0, 6).join(", ")}`);
  for (const [name, text] of Object.entries({ ".gitignore": "*\n", definition: "swarm.config.ts\n" })) {
    const path = join(tried.place, ".locusts", name);
    const has = existsSync(path) ? readFileSync(path, "utf8") : "";
    if (has.trimEnd() !== text.trimEnd()) wrong.set("state", `.locusts/${name} holds ${JSON.stringify(has)}`);
  }
}

/** Drafts of killed processes go when they are old enough: as if two hours had passed. */
function letTimePass({ place }: Case): void {
  const long = new Date(Date.now() - 2 * 3600_000);
  for (const path of listFolder(place).keys()) {
    if (/\.new$/.test(path) && !path.includes("/runs/")) utimesSync(join(place, path), long, long);
  }
}

/**
 * Deploys once more after a point, cleans, and says what is wrong.
 *
 * @param first the disturbed verb
 * @param wasReset whether `clean --reset` came before it
 */
export async function judge(
  tried: Case,
  baseline: Baseline,
  first: VerbEnd,
  point: Point,
  wasReset = false,
): Promise<Wrong> {
  const wrong: Wrong = new Map();
  const expected = tried.scenario.failing.length > 0 ? 3 : 0;
  judgeEnd(wrong, tried, baseline, first, point);
  letTimePass(tried);
  const second = await tried.verb(DEPLOY);
  judgeWords(wrong, second);
  if (second.code !== expected)
    wrong.set("stuck", `exit code ${second.code}: ${`${second.stdout}${second.stderr}`.trim().slice(-500)}`);
  judgeResults(wrong, tried, baseline);
  const left = await tried.waitUntilQuiet(5000);
  if (left.length > 0) wrong.set("left", left.slice(0, 4).join("; "));
  judgeTries(wrong, tried);
  await judgeClean(wrong, tried, baseline, point, wasReset);
  if (expected === 0 && point.nth % 3 === 0 && !wrong.has("stuck")) {
    const third = await tried.verb(DEPLOY);
    if (!third.stdout.includes(`"cached":${baseline.jobs.length}`)) wrong.set("forgotten", third.stdout.slice(0, 300));
  }
  return wrong;
}
