import { loadScript } from "../../hosts/load-script.js";

/** The text of a script that asks SLURM, with what all of these begin with. */
export function loadSlurmScript(name: "account" | "cancel" | "queue" | "release" | "submit"): string {
  return `${loadScript("schedulers/slurm/slurm-programs")}\n${loadScript(`schedulers/slurm/${name}`)}`;
}
