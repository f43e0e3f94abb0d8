import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { clusterScript } from "../../cluster/availability.js";
import type { Cluster } from "../../cluster/cluster.js";
import type { Place } from "../../target/elsewhere.js";

/** SLURM's programs that a site may have wrapped. */
export type Program = "sbatch" | "squeue" | "scontrol" | "scancel" | "sacct" | "sinfo";

const PROGRAMS: readonly Program[] = ["sbatch", "squeue", "scontrol", "scancel", "sacct", "sinfo"];

/** A login node whose SLURM programs have wrappers before them: they count, and may answer otherwise. */
export class Shims {
  readonly folder: string;

  constructor(readonly cluster: Cluster) {
    this.folder = mkdtempSync(join(cluster.state, "shims-"));
    chmodSync(this.folder, 0o777);
    mkdirSync(join(this.folder, "bin"));
    mkdirSync(join(this.folder, "say"));
    for (const program of PROGRAMS) copyFileSync(clusterScript("slurm-shim"), join(this.folder, "bin", program));
    writeFileSync(join(this.folder, "calls"), "");
    process.once("exit", () => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** Deployments from the login node itself, as root. @param more of the user's environment */
  place(more: Readonly<Record<string, string>> = {}): Place {
    return {
      environment: {
        SLURM_CONF: this.cluster.slurmConf,
        PATH: `${join(this.folder, "bin")}:${process.env.PATH}`,
        ...more,
      },
      home: join(this.cluster.home, "work-of-root"),
    };
  }

  /** Has a program answer so from now on: bash, in which `real "$@"` is the program itself. Empty: as it is. */
  say(program: Program, bash: string): void {
    const file = join(this.folder, "say", program);
    if (bash === "") rmSync(file, { force: true });
    else writeFileSync(file, `${bash}\n`);
  }

  /** The words of the calls of a program, but for those that change nothing by design. */
  calls(program?: Program): { readonly second: number; readonly program: string; readonly words: string }[] {
    if (!existsSync(join(this.folder, "calls"))) return [];
    return readFileSync(join(this.folder, "calls"), "utf8")
      .trimEnd()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split("\t"))
      .map(([second, name, words]) => ({ second: Number(second), program: name as string, words: words ?? "" }))
      .filter((call) => program === undefined || call.program === program);
  }

  /** How often pilots were really asked for. */
  submissions(): number {
    return this.calls("sbatch").filter(({ words }) => !words.includes("--test-only")).length;
  }
}
