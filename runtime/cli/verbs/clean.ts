import { join } from "node:path";
import { countOf, formatBytes } from "../../../compiler/format/amounts.js";
import { collect } from "../../collect/collect.js";
import { openRuns } from "../../collect/deployed-swarm.js";
import { resetState } from "../../collect/reset.js";
import { readChangesTable } from "../../results/change-tables.js";
import { KEPT_FOLDERS, removeKept } from "../../results/kept-outputs.js";
import { Ledger } from "../../results/ledger.js";
import { isLog, type PlacedOutput } from "../../results/placed-outputs.js";
import { Results } from "../../results/results.js";
import { RuntimeProblem } from "../../system/problem.js";
import { lockState } from "../../workspace/deploy-lock.js";
import { openWorkspace, prepareState, type Workspace } from "../../workspace/workspace.js";
import { sayCollected } from "../output/collected.js";
import { EXIT, type ExitCode } from "../output/exit-codes.js";
import { sayNote } from "../output/notes.js";
import { fromHere } from "../output/where.js";
import { useDeployed } from "./use-deployed.js";
import type { Verb, VerbContext } from "./verb.js";

export interface CleanOptions {
  readonly stale?: boolean;
  readonly nodes?: boolean;
  readonly reset?: boolean;
}

/** What is stale, as one of them is called, and several. */
function nameStale(stale: readonly PlacedOutput[]): readonly [one: string, several?: string] {
  const logs = stale.filter(isLog).length;
  if (logs === 0) return ["stale output"];
  return logs === stale.length ? ["stale log"] : ["stale output or log", "stale outputs and logs"];
}

/** Moves outputs of jobs that the definition no longer has out of results/. Nothing is removed, and no target is asked. */
async function moveStale({ terminal, json }: VerbContext, workspace: Workspace): Promise<ExitCode> {
  const results = new Results(workspace.results, workspace.state, Ledger.open(workspace.state));
  const stale = [...results.placed.all()].filter((output) => output.stale);
  const { moved, left } = results.setAside(stale, results.stale);
  const folder = join(workspace.state, KEPT_FOLDERS.stale);
  if (json) terminal.printDocument("clean", { moved, left, folder });
  else if (stale.length === 0) {
    const trees =
      readChangesTable(workspace.results).length > 0 ? "; what jobs have made of a tree, locusts status tells of" : "";
    terminal.report.say(`nothing in results is stale, as the last deploy has found${trees}`);
  } else {
    const gone = stale.filter(({ path }) => moved.includes(path));
    terminal.report.say(`moved ${countOf(moved.length, ...nameStale(gone))} to ${fromHere(folder)}`);
    if (moved.length > 0)
      terminal.report.say("  outputs come back if their jobs do; locusts clean removes all of it for good");
    for (const path of left)
      sayNote(
        terminal.report,
        `${fromHere(workspace.results, path)} stays, since it was edited, or lies behind a link`,
      );
  }
  return EXIT.fine;
}

/** Removes all that Locusts has, but results and what is known of them, whatever is damaged. */
async function reset({ terminal, json, target }: VerbContext, workspace: Workspace): Promise<ExitCode> {
  const notes = await resetState(workspace, target, (collected) =>
    // Of those that are lost the notes tell, and what was in the way goes now.
    sayCollected(terminal, workspace, { ...collected, lost: [], untidied: [] }),
  );
  if (json) terminal.printDocument("clean", { notes });
  else {
    for (const note of notes) sayNote(terminal.report, note);
    terminal.report.say("removed all that was deployed; the results stay, and the next locusts deploy begins anew");
  }
  return EXIT.fine;
}

/** Does something with the definition's state while no other process does. */
async function withState(
  context: VerbContext,
  action: (context: VerbContext, workspace: Workspace) => Promise<ExitCode>,
): Promise<ExitCode> {
  const workspace = openWorkspace(context.place);
  prepareState(workspace);
  const unlock = await lockState(workspace.state, { waiting: (message) => context.terminal.say(message) });
  return action(context, workspace).finally(unlock);
}

/** Takes back the nodes that pilots leave out since nothing worked there. */
function takeBackNodes(context: VerbContext): Promise<ExitCode> {
  return useDeployed(context, "change", async ({ files }) => {
    const nodes = (await files.runScript("target/take-back-nodes", [files.there]))
      .toString()
      .split("\n")
      .filter((name) => name !== "");
    if (context.json) context.terminal.printDocument("clean", { nodes });
    else
      context.terminal.report.say(
        nodes.length === 0 ? "no node was left out" : `pilots may run again on ${nodes.join(", ")}`,
      );
    return EXIT.fine;
  });
}

/** `locusts clean`: removes working folders, run lists, staged inputs and kept outputs; never results, nor what is known of them. */
export const clean: Verb<CleanOptions> = async (context, options) => {
  if (options.stale === true) return withState(context, moveStale);
  if (options.reset === true) return withState(context, reset);
  if (options.nodes === true) return takeBackNodes(context);
  return useDeployed(context, "change", async (deployed) => {
    const { files, workspace } = deployed;
    if (!deployed.mine) {
      throw new RuntimeProblem(
        `what lies in ${files.there} belongs to another checkout`,
        "clean it from there, or take it over first: locusts deploy --take-over",
      );
    }
    for (const run of openRuns(deployed)) {
      if ((await deployed.scheduler.status(run)).active) {
        throw new RuntimeProblem("the swarm still runs", "wait for it, or stop it first: locusts cancel");
      }
    }
    if (openRuns(deployed).length > 0) {
      const collected = await collect(deployed, { stop: true, keepLogs: false, abandon: true });
      sayCollected(context.terminal, workspace, { ...collected, lost: [] });
      const [lost] = collected.lost;
      if (lost !== undefined) {
        throw new RuntimeProblem(
          `run ${lost} has results that cannot be collected, since no whole bundle of it is left`,
          "locusts deploy knows it again if the definition has not changed; locusts clean --reset removes it all the same",
        );
      }
    }
    await files.clean();
    const keptBytes = removeKept(workspace);
    const place = deployed.description.access ? files.there : fromHere(files.there);
    if (context.json)
      context.terminal.printDocument("clean", { target: deployed.target, removed: files.there, keptBytes });
    else {
      const kept = keptBytes > 0 ? ` and ${formatBytes(keptBytes)} of outputs of earlier versions` : "";
      context.terminal.report.say(`removed the working folders in ${place}${kept}; the results stay`);
    }
    return EXIT.fine;
  });
};
