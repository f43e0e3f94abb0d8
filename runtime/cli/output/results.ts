import { countOf, firstOf, formatBytes } from "../../../compiler/format/amounts.js";
import { isLog } from "../../results/placed-outputs.js";
import type { PutRight } from "../../results/put-right.js";
import type { Workspace } from "../../workspace/workspace.js";
import { sayNote } from "./notes.js";
import type { Voice } from "./terminal.js";
import { fromHere } from "./where.js";

const MOST_NAMED = 3;

function nameIn(results: string, paths: readonly string[]): string {
  const shown = paths.map((path) => fromHere(results, path));
  return firstOf(shown, MOST_NAMED);
}

/** Says which outputs in results/ no job makes any more; nothing if there are none. */
export function sayStale(terminal: Voice, { results }: Workspace, stale: readonly string[], isPreview = false): void {
  if (stale.length === 0) return;
  const them = stale.length === 1 ? "it" : "them";
  const logs = stale.filter((path) => isLog({ path })).length;
  const kinds = [countOf(stale.length - logs, "output"), countOf(logs, "log")].filter((kind) => !kind.startsWith("0 "));
  const what = `${kinds.join(" and ")} of jobs that the definition no longer has (${nameIn(results, stale)})`;
  const { yellow } = terminal.colors;
  if (isPreview) terminal.say(`${yellow("would be stale:")} ${what}`);
  else terminal.say(`${yellow("stale:")} ${what}; locusts clean --stale moves ${them} away`);
}

/** Says which outputs somebody has edited: a deploy would make them again, and refuses to. */
export function sayEdited(terminal: Voice, { results }: Workspace, edited: readonly string[]): void {
  if (edited.length === 0) return;
  const [was, it] = edited.length === 1 ? ["was", "it"] : ["were", "them"];
  terminal.say(
    `${terminal.colors.yellow("edited:")} ${nameIn(results, edited)} ${was} changed after Locusts had put ${it} there; move ${it} away, or remove ${it}, and locusts deploy makes ${it} again`,
  );
}

/** @param isPreview whether it is what would be done */
export function sayPutRight(terminal: Voice, workspace: Workspace, done: PutRight, isPreview = false): void {
  const moved = isPreview ? "would be moved" : "moved";
  const kept = fromHere(workspace.state, "kept");
  if (done.setAside > 0)
    terminal.say(
      `${countOf(done.setAside, "output")} of earlier versions ${moved} from results to ${kept}: should that version come back, so do they`,
    );
  if (done.returned > 0)
    terminal.say(`${countOf(done.returned, "output")} of an earlier version ${moved} back to results`);
  if (done.removedBytes > 0)
    terminal.say(`${formatBytes(done.removedBytes)} of the oldest outputs removed from ${kept}, which was too large`);
  sayStale(terminal, workspace, done.stale, isPreview);
}

export function sayLost(terminal: Voice, run: number): void {
  sayNote(terminal, `the results of run ${run} cannot be collected: no whole bundle of it is left`);
  terminal.say("  its files stay on the target until locusts clean --reset; its jobs run again with the next deploy");
}

export function sayUntidied(terminal: Voice, message: string): void {
  sayNote(terminal, message);
  terminal.say("  the results are not affected; the next deploy tries again");
}
