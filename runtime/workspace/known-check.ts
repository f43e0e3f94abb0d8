import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { textOf } from "../../compiler/format/file-access.js";
import { STATE_FILES, type Workspace } from "./workspace.js";

const fileOf = ({ state }: Workspace) => join(state, STATE_FILES.checked);

/** The name of the last check of a definition that found nothing wrong; a torn one is the name of none. */
export function knownCheck(workspace: Workspace): string | undefined {
  return textOf(fileOf(workspace))?.trimEnd();
}

/** Keeps it. No build fails for want of it, on a full disk, say. */
export function keepCheck(workspace: Workspace, check: string | undefined): void {
  if (check === undefined || check === knownCheck(workspace)) return;
  try {
    writeFileSync(fileOf(workspace), `${check}\n`);
  } catch {
    // Then the definition is checked again.
  }
}
