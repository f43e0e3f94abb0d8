import type { collect } from "../../collect/collect.js";
import type { Workspace } from "../../workspace/workspace.js";
import { sayCollectedTree } from "./collected-tree.js";
import { sayNote } from "./notes.js";
import { sayLost, sayUntidied } from "./results.js";
import type { Terminal } from "./terminal.js";

type Collected = Pick<
  Awaited<ReturnType<typeof collect>>,
  "trees" | "untidied" | "lost" | "passedOver" | "notes" | "notRedone"
>;

/** Says what there is to say of what was collected, whichever verb has done it: what has become of trees, and what was not to be had. */
export function sayCollected(terminal: Terminal, workspace: Workspace, collected: Collected): void {
  for (const tree of collected.trees) sayCollectedTree(terminal.report, workspace, tree);
  for (const message of collected.untidied) sayUntidied(terminal, message);
  for (const run of collected.lost) sayLost(terminal, run);
  for (const line of [...collected.notes, ...collected.passedOver]) sayNote(terminal, line);
  const { sentence } = collected.notRedone;
  if (sentence !== undefined) sayNote(terminal, sentence);
}
