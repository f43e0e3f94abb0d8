import { readFileSync } from "node:fs";

/** A script for a target's host, by its path below `runtime/`: it lies beside whoever runs it, and says what it takes. */
export type ScriptName = `${string}/${string}`;

export function loadScript(name: ScriptName): string {
  return readFileSync(new URL(`../${name}.sh`, import.meta.url), "utf8");
}
