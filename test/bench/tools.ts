import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian's packages of what the benches compare with. */
const PACKAGES = {
  xargs: "findutils",
  parallel: "parallel",
  snakemake: "snakemake",
  rsync: "rsync",
  strace: "strace",
} as const;

export type Tool = keyof typeof PACKAGES;

/** Why a tool cannot be compared with; undefined if it is installed. */
export function whyMissing(tool: Tool): string | undefined {
  const found = (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return found ? undefined : `${tool} is not installed: apt-get install ${PACKAGES[tool]}`;
}
