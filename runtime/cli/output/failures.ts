import { countOf, firstOf, formatNumber } from "../../../compiler/format/amounts.js";
import { withoutControlCharacters } from "../../../compiler/format/control-characters.js";
import { adviseOnExit, describeExit } from "../../../compiler/shell/exit-words.js";
import type { TellFailures } from "../../report/make-report-data.js";
import type { Failure } from "../../results/failure.js";
import type { ShownCluster } from "../../results/failures/cluster-swarm.js";
import type { Trait } from "../../results/failures/traits.js";
import type { JobResult } from "../../results/ledger.js";
import type { CommandLines } from "./command-lines.js";
import type { ClusterDocument, TraitDocument } from "./documents.js";
import type { Voice } from "./terminal.js";

/** So many clusters are told of. */
const MOST_CLUSTERS = 25;
/** So many of them the report has. */
const MOST_IN_REPORT = 100;
/** So many jobs that have failed alike are named. */
const MOST_NAMED = 5;
/** The start of a command that is longer is shown. */
const LONGEST_COMMAND = 120;
/** What a job died of, in words. */
export function wordsOf({ cause, exitCode, detail }: Pick<JobResult, "cause" | "exitCode" | "detail">): string {
  if (cause === "exit" || cause === "signal") {
    const code = `exit code ${exitCode}`;
    const meaning = describeExit(exitCode);
    return `${cause}, ${meaning === code ? code : `${code}: ${meaning}`}`;
  }
  // What a node has lost differs from job to job.
  return detail && cause !== "node" ? `${cause}, ${detail}` : cause;
}

/** What the user may do about it. */
function adviceOn({ cause, exitCode, detail }: JobResult): string | undefined {
  if (cause === "exit" || cause === "signal") return adviseOnExit(exitCode);
  // A check that did not pass has a code of its own.
  const code = cause === "missing-output" ? /\(exit code (\d+)\)/.exec(detail)?.[1] : undefined;
  return code === undefined ? undefined : adviseOnExit(Number(code));
}

/** Which jobs have failed: names beside one another, or lines of a list of commands, each with its text. */
function nameFailures(group: readonly Failure[]): string[] {
  const named = group.slice(0, MOST_NAMED);
  if (named.some(({ line }) => line === undefined)) {
    const names = group.map(({ name }) => name);
    return [firstOf(names, MOST_NAMED)];
  }
  const more = group.length - named.length;
  const texts = named.map(({ name, line }) => `line ${name}: ${startOf(line as string)}`);
  return more > 0 ? [...texts, `and ${more} more`] : texts;
}

function startOf(line: string): string {
  const text = withoutControlCharacters(line);
  return text.length > LONGEST_COMMAND ? `${text.slice(0, LONGEST_COMMAND)}…` : text;
}

/** What the jobs of a cluster have in common, and how many others have it. */
function describeCommon({ kind, name, value, relation, count, others }: Trait, size: number): string {
  const which = count === size ? `all ${formatNumber(size)}` : `${formatNumber(count)} of ${formatNumber(size)}`;
  const shown = withoutControlCharacters(value);
  const signs = { is: "=", "at least": " ≥ ", "at most": " ≤ " } as const;
  const what = {
    param: `have ${name}${signs[relation]}${startOf(shown)}`,
    node: `ran on node ${shown}`,
    pilot: `ran in pilot ${shown}`,
  }[kind];
  const are =
    others.are === "done" ? countOf(others.of, "done job") : `${countOf(others.of, "job")} that failed otherwise`;
  const many = others.count === 0 ? "none" : formatNumber(others.count);
  return `${which} ${what}; of ${are} ${many}`;
}

/** Why jobs have failed, in words; failures with the same words are not always alike. */
function headlineOf(cluster: ShownCluster): string {
  return `${wordsOf(cluster)}${cluster.isRead ? "" : "; their logs were not looked at, since there are too many"}`;
}

/** Says of jobs that have failed alike what they died of, and what they have in common. @param isNamed whether some of them are named */
export function sayCluster(
  voice: Voice,
  cluster: ShownCluster,
  commands: CommandLines | undefined,
  isNamed = true,
): void {
  const { colors } = voice;
  const { jobs, lines, traits } = cluster;
  voice.say(`${colors.red(countOf(jobs.length, "job"))} failed: ${headlineOf(cluster)}`);
  if (isNamed) for (const line of nameFailures(jobs)) voice.quote(`  ${line}`);
  for (const trait of traits) voice.quote(`  ${colors.yellow(describeCommon(trait, jobs.length))}`);
  const first = jobs[0] as Failure;
  const advice = adviceOn(first);
  if (advice !== undefined) voice.say(`  ${advice}`);
  if (first.cause === "node" && first.detail) voice.say(`  ${first.name}: ${first.detail}`);
  const shown = lines.map((line) => (commands ? commands.translate(line, first.name) : line));
  if (shown.length > 0) voice.quote(shown.map((line) => `  ${colors.dim(`${first.name}|`)} ${line}`).join("\n"));
}

/** Says what failed: the largest clusters of failures that are alike, with the end of one log for each. */
export function sayFailures(voice: Voice, clusters: readonly ShownCluster[], commands?: CommandLines): void {
  for (const cluster of clusters.slice(0, MOST_CLUSTERS)) sayCluster(voice, cluster, commands);
  const rest = clusters.slice(MOST_CLUSTERS);
  const jobs = rest.reduce((sum, cluster) => sum + cluster.jobs.length, 0);
  if (rest.length > 0) {
    voice.say(
      `${voice.colors.red(countOf(jobs, "more job"))} failed, in ${countOf(rest.length, "other way")}: locusts logs`,
    );
  }
}

/** What jobs have in common, for programs. */
function describeTrait({ kind, name, value, relation, count, others }: Trait): TraitDocument {
  const param = kind === "param" ? { param: name } : {};
  return {
    kind,
    ...param,
    relation,
    value,
    jobs: count,
    others: others.count,
    ofOthers: others.of,
    othersAre: others.are,
  };
}

/** Failures by what they are like, for programs. */
export function describeClusters(clusters: readonly ShownCluster[]): ClusterDocument[] {
  return clusters.map(({ jobs, cause, exitCode, detail, text, isRead, lines, traits }) => {
    const names = jobs.map(({ name }) => name);
    const example = { job: names[0] as string, lines };
    return { cause, exitCode, detail, text, read: isRead, example, common: traits.map(describeTrait), jobs: names };
  });
}

/** Failures put together as they are told, for the report. */
export function tellFailures(commands: CommandLines): TellFailures {
  return (clusters) =>
    clusters.slice(0, MOST_IN_REPORT).map((cluster) => {
      const { jobs, lines, traits } = cluster;
      const first = jobs[0] as Failure;
      return {
        count: jobs.length,
        title: headlineOf(cluster),
        advice: adviceOn(first),
        common: traits.map((trait) => describeCommon(trait, jobs.length)),
        example: first.name,
        printed: lines.map((line) => commands.translate(line, first.name)).join("\n"),
        jobs: jobs.slice(0, MOST_NAMED).map(({ name }) => name),
      };
    });
}
