import { readFileSync } from "node:fs";

/** The scripts that are run on a target's host; each says at its head what it does and takes. */
export const SCRIPT_NAMES = [
  "account",
  "adopt",
  "cancel",
  "clean",
  "collect",
  "compare",
  "complete",
  "digest",
  "discard",
  "examine",
  "examine-slurm",
  "examine-trees",
  "fetch",
  "inventory",
  "launch",
  "look",
  "make-run",
  "manage",
  "meet",
  "plant",
  "put-copies",
  "queue",
  "receive",
  "release",
  "settle",
  "slurm-programs",
  "submit",
  "take-back",
  "tidy",
] as const;

export type ScriptName = (typeof SCRIPT_NAMES)[number];

/** The text of a script. */
export function loadScript(name: ScriptName): string {
  return readFileSync(new URL(`../scripts/${name}.sh`, import.meta.url), "utf8");
}

/** The text of a script that asks SLURM, with what all of these begin with. */
export function loadSlurmScript(name: ScriptName): string {
  return `${loadScript("slurm-programs")}\n${loadScript(name)}`;
}
