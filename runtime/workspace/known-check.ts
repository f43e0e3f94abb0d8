import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { textOf } from "../../compiler/format/file-access.js";
import { STATE_FILES, type Workspace } from "./workspace.js";

/** So many versions of a definition are known again: it may go there and back. */
const MOST_KNOWN = 20;

const fileOf = ({ state }: Workspace) => join(state, STATE_FILES.checked);

/** The names of the last checks of a definition that found nothing wrong; a torn one is the name of none. */
export function knownChecks(workspace: Workspace): readonly string[] {
  return (textOf(fileOf(workspace)) ?? "").split("\n").filter((name) => name !== "");
}

/** Keeps one more. No build fails for want of it, on a full disk, say. */
export function keepCheck(workspace: Workspace, check: string | undefined): void {
  const known = knownChecks(workspace);
  if (check === undefined || known.includes(check)) return;
  try {
    writeFileSync(fileOf(workspace), [check, ...known.slice(0, MOST_KNOWN - 1), ""].join("\n"));
  } catch {
    // Then the definition is checked again.
  }
}
