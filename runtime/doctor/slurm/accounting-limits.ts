import { readCount, readMebibytes, readTime } from "./amounts.js";

/** Amounts of what SLURM counts, by its names: `cpu`, `mem` (MB), `gres/gpu`. */
export type Resources = ReadonlyMap<string, number>;

/** Limits of one source: a qos, or the association of a user with an account. Undefined: none. */
export interface LimitSource {
  readonly name: string;
  /** which jobs count: those of a qos, or those of an account */
  readonly counts: readonly ["qos" | "account", name: string];
  /** jobs in the queue, also such as wait */
  readonly submitted: number | undefined;
  /** jobs that run at a time */
  readonly running: number | undefined;
  /** seconds */
  readonly walltime: number | undefined;
  readonly ofJob: Resources;
  /** of all jobs together */
  readonly together: Resources;
  /** a walltime over the partition's is allowed */
  readonly exceedsPartitionTime: boolean;
}

function readResources(...texts: readonly (string | undefined)[]): Resources {
  const amounts = new Map<string, number>();
  for (const word of texts.flatMap((text) => (text ?? "").split(","))) {
    const at = word.indexOf("=");
    const name = word.slice(0, at).trim();
    const amount = name === "mem" ? readMebibytes(word.slice(at + 1)) : readCount(word.slice(at + 1));
    if (at > 0 && amount !== undefined) amounts.set(name, Math.min(amount, amounts.get(name) ?? amount));
  }
  return amounts;
}

function least(row: ReadonlyMap<string, string>, names: readonly string[]): number | undefined {
  const numbers = names.map((name) => row.get(name) ?? "").filter((text) => /^\d+$/.test(text));
  return numbers.length === 0 ? undefined : Math.min(...numbers.map(Number));
}

/** The limits of a qos, or of a user in an account. @param row of `sacctmgr --parsable2 show qos`, or `associations` */
export function readLimits(row: ReadonlyMap<string, string>, of: "qos" | "account"): LimitSource {
  const name = row.get(of === "qos" ? "Name" : "Account") ?? "";
  return {
    name: `the ${of} ${name}`,
    counts: [of, name],
    submitted: least(row, ["MaxSubmit", "MaxSubmitPU", "MaxSubmitPA", "GrpSubmit"]),
    running: least(row, ["MaxJobs", "MaxJobsPU", "MaxJobsPA", "GrpJobs"]),
    walltime: readTime(row.get("MaxWall") ?? ""),
    ofJob: readResources(row.get("MaxTRES"), row.get("MaxTRESPerNode")),
    together: readResources(row.get("MaxTRESPU"), row.get("MaxTRESPA"), row.get("GrpTRES")),
    exceedsPartitionTime: /PartitionTimeLimit/.test(row.get("Flags") ?? ""),
  };
}
