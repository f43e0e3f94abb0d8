import { existsSync, lstatSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { describedIn } from "../../compiler/format/bundle.js";
import { namesIn } from "../../compiler/format/file-access.js";
import { makeFolders } from "../../compiler/format/make-folders.js";
import { runScript } from "../hosts/run-script.js";
import { KEPT_FOLDERS } from "../results/kept-outputs.js";
import { Ledger } from "../results/ledger.js";
import { Results } from "../results/results.js";
import { endProcessesIn } from "../system/end-processes.js";
import { removeFolder } from "../system/files.js";
import { RuntimeProblem } from "../system/problem.js";
import { messageOf } from "../system/system-errors.js";
import { openTarget } from "../target/open-target.js";
import { bundleFolder, knownBundles, STATE_FILES, targetDirectory, type Workspace } from "../workspace/workspace.js";
import { collect } from "./collect.js";
import { deployedTargets, openDeployed } from "./deployed-swarm.js";

/** Below the state folder: what is not as Locusts writes it, and was in the way. */
const DAMAGED = "damaged";

type TellCollected = (collected: Awaited<ReturnType<typeof collect>>) => void;

/** Moves something out of the way, under a name that is free. */
function setAside(workspace: Workspace, path: string): string {
  const folder = join(workspace.state, DAMAGED);
  makeFolders(folder);
  const name = relative(workspace.folder, path).replaceAll("/", "-").replace(/^\.+/, "");
  let place = join(folder, name);
  for (let i = 2; existsSync(place); i += 1) place = join(folder, `${name}.${i}`);
  renameSync(path, place);
  return `${relative(workspace.folder, path)} was not as Locusts writes it, and lies in ${relative(workspace.folder, place)} now`;
}

async function gatherLast(workspace: Workspace, target: string, tell: TellCollected): Promise<string[]> {
  const notes: string[] = [];
  const deployed = await openDeployed(workspace, target, { change: true, isLocked: true });
  try {
    if (!deployed.mine) throw new RuntimeProblem(`what lies in ${deployed.files.there} belongs to another checkout`);
    const collected = await collect(deployed, { stop: true, keepLogs: false, abandon: true });
    tell(collected);
    for (const run of collected.lost) {
      notes.push(
        `the results of run ${run} on ${target} are lost, since no whole bundle of it is left: its jobs run again`,
      );
    }
    if (collected.active > 0) notes.push(`something still runs on ${target}, and could not be stopped`);
    await deployed.files.clean();
  } finally {
    deployed.close();
  }
  return notes;
}

/** Removes what lies on another machine, by what any bundle still tells of how to get there. */
async function cleanElsewhere(workspace: Workspace, target: string): Promise<void> {
  const bundles = knownBundles(workspace, target, targetDirectory(workspace, target));
  const facts = bundles.map(describedIn).find((description) => description !== undefined);
  if (!facts) {
    // Only who has been on another machine has a name there.
    if (!existsSync(join(workspace.state, "checkout"))) return;
    throw new RuntimeProblem(
      `nothing says any more where ${target} is; if it is another machine, remove its directory there by hand`,
    );
  }
  if (!facts.access) return;
  const opened = await openTarget(workspace, facts, { purpose: "look" });
  try {
    if (!opened.mine) throw new RuntimeProblem(`what lies in ${opened.files.there} belongs to another checkout`);
    await runScript(opened.host, ["transfer/remove-runs", "transfer/remove-bundle"], [opened.files.there]);
  } finally {
    opened.close();
  }
}

async function resetTarget(workspace: Workspace, target: string, tell: TellCollected): Promise<string[]> {
  const notes: string[] = [];
  const folder = targetDirectory(workspace, target);
  try {
    notes.push(...(await gatherLast(workspace, target, tell)));
  } catch (error) {
    notes.push(`what was not collected yet from ${target} is lost, and its jobs run again: ${messageOf(error)}`);
  }
  if (!(await endProcessesIn(folder))) notes.push(`something still runs in ${folder}, and could not be ended`);
  try {
    await cleanElsewhere(workspace, target);
  } catch (error) {
    notes.push(`what lies on ${target} could not be removed: ${messageOf(error)}`);
  }
  removeFolder(folder);
  return notes;
}

/** Puts aside what would stop a deploy and is not as Locusts writes it; nothing of it is removed. */
function setDamagedAside(workspace: Workspace): string[] {
  const { home, state, results } = workspace;
  const notes: string[] = [];
  for (const name of Object.values(STATE_FILES)) {
    const stats = lstatSync(join(state, name), { throwIfNoEntry: false });
    if (stats && !stats.isFile()) notes.push(setAside(workspace, join(state, name)));
  }
  const { ownership } = new Results(results, state, Ledger.open(state));
  for (const path of ownership.foreignTables(true)) notes.push(setAside(workspace, path));
  for (const target of namesIn(join(home, "bundle"))) {
    const bundle = bundleFolder(workspace, target);
    if (existsSync(join(bundle, "manager.sh")) && !describedIn(bundle)) notes.push(setAside(workspace, bundle));
    const place = targetDirectory(workspace, target);
    const isThere = lstatSync(place, { throwIfNoEntry: false }) !== undefined;
    if (isThere && statSync(place, { throwIfNoEntry: false })?.isDirectory() !== true)
      notes.push(setAside(workspace, place));
  }
  return notes;
}

/**
 * The way out, whatever is damaged: collects what can be, and removes everything that Locusts knows and has,
 * but for results and what is known of them. To be called with the state locked.
 *
 * @param target this one alone; undefined: all
 * @param tell is told what was collected before, of each target
 * @returns what could not be saved or removed
 */
export async function resetState(
  workspace: Workspace,
  target: string | undefined,
  tell: TellCollected,
): Promise<readonly string[]> {
  const { state } = workspace;
  // A state file is no target, also where a folder lies in its place.
  const others = new Set<string>([...Object.values(KEPT_FOLDERS), DAMAGED, ...Object.values(STATE_FILES)]);
  const folders = readdirSync(state, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !others.has(entry.name),
  );
  const targets = new Set([...folders.map(({ name }) => name), ...deployedTargets(workspace)]);
  const notes = setDamagedAside(workspace);
  for (const each of target === undefined ? targets : [target])
    notes.push(...(await resetTarget(workspace, each, tell)));
  // What is known of results stays, since results do; what saves time goes.
  for (const name of [STATE_FILES.digests, STATE_FILES.checked]) rmSync(join(state, name), { force: true });
  return notes;
}
