import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readBundleDescription, readBundledJobs } from "../../compiler/format/bundle.js";
import { DigestCache } from "../../compiler/format/content/digest-cache.js";
import { openLocalFiles } from "../../runtime/target/open-target.js";
import { stageRun as stage } from "../../runtime/transfer/stage-run.js";
import { type Definition, trueJobs } from "./definitions.js";
import type { Ground } from "./ground.js";
import { runTimed, type TimedCommand } from "./timed-run.js";

/** The folder of the package under measurement, which `dist` is in. */
export const PACKAGE_FOLDER = fileURLToPath(new URL("../../../", import.meta.url));

const COMMAND_LINE = fileURLToPath(new URL("../../runtime/cli/bin.js", import.meta.url));

export function writeDefinition(folder: string, { text }: Definition): string {
  const path = join(folder, "swarm.config.ts");
  writeFileSync(path, text);
  return path;
}

/** `locusts <words>`, as a user types it. */
export function locusts(folder: string, log: string, ...words: readonly string[]): TimedCommand {
  return { program: process.execPath, args: [COMMAND_LINE, ...words], folder, log };
}

/** Runs a check, so that Locusts' files are in memory, as they are wherever it was used before. */
export async function warmUp(ground: Ground): Promise<void> {
  const folder = ground.fresh("warm-up");
  writeDefinition(folder, trueJobs(10));
  await runTimed(locusts(folder, ground.log("warm-up"), "check"));
}

/** A run that is staged, up to where a deploy would start its managers. */
export interface ReadyRun {
  /** of the run, with its journals */
  readonly folder: string;
  /** of the bundle on the target, with its scripts */
  readonly bundle: string;
  readonly chunks: number;
}

export interface Sharing {
  /** how many managers the chunks are made for */
  readonly managers: number;
  /** how many managers there are to be, if not as many */
  readonly present?: number;
}

/** Builds a definition in its folder and stages a run of all of its jobs in a folder beside it. */
export async function readyRun(
  folder: string,
  definition: Definition,
  log: string,
  { managers, present = managers }: Sharing,
): Promise<ReadyRun> {
  const bundle = join(folder, "bundle");
  const target = join(folder, "target");
  writeDefinition(folder, definition);
  await runTimed(locusts(folder, `${log}.build`, "build", "--out", bundle));
  const files = openLocalFiles(target, DigestCache.open(undefined));
  const description = readBundleDescription(bundle);
  const staged = await stage({
    bundle,
    description,
    sources: folder,
    files,
    wanted: [...readBundledJobs(bundle, description)],
    isFree: true,
    managers,
  });
  const run = await files.send({ ...staged, facts: { ...staged.facts, managers: present } });
  return { folder: run.folder, bundle: join(target, "bundle"), chunks: staged.facts.chunks };
}

/**
 * Stages a run for the one manager of a local target.
 *
 * @returns the manager's command
 */
export async function stageRun(folder: string, definition: Definition, log: string): Promise<TimedCommand> {
  const run = await readyRun(folder, definition, log, { managers: 1 });
  return { program: "bash", args: [join(run.bundle, "manager.sh"), "--run", run.folder], folder, log };
}

/** Has the manager of a command written down a good end of each job? */
export function checkJournal({ args }: TimedCommand, jobs: number): void {
  checkJournals(args.at(-1) as string, jobs);
}

/** Have the managers of a run written down a good end of each job, once? */
export function checkJournals(run: string, jobs: number): void {
  const journal = join(run, "journal");
  const done = readdirSync(journal).flatMap(
    (file) => readFileSync(join(journal, file), "utf8").match(/^done\t/gm) ?? [],
  );
  if (done.length !== jobs) throw new Error(`${done.length} of ${jobs} jobs are done by ${journal}`);
}
