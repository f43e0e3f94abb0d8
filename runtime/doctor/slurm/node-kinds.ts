import { readGenericResources } from "./amounts.js";

/** Nodes of one partition that are all alike. */
export type NodeKind = Readonly<ReturnType<typeof readNodeKinds>[number]>;

const AWAY = /down|drain|fail|error|unknown|maint|inval|\*/i;
/** `powered_down` nodes are switched on when they are wanted. */
const SLEEPS = /^power/i;

/** Reads what `sinfo --exact --format='%R|%T|%D|%c|%m|%d|%Z|%G|%f'` prints. */
export function readNodeKinds(text: string) {
  return text.split("\n").flatMap((line) => {
    const fields = line.split("|");
    if (fields.length < 9) return [];
    const [partition = "", state = "", ...rest] = fields;
    const [count, cpus, memory, tmp, threads] = rest.slice(0, 5).map((field) => Number.parseInt(field, 10) || 0);
    const [gres = "", features = ""] = rest.slice(5);
    return [
      {
        partition,
        count: count ?? 0,
        /** whether they take work now, or will when they are free */
        isUp: SLEEPS.test(state) || !AWAY.test(state),
        /** as SLURM has it: idle, allocated, drained … */
        state,
        cpus: cpus ?? 0,
        threadsPerCore: Math.max(1, threads ?? 1),
        /** MB; and of its own disk */
        memory: memory ?? 0,
        tmp: tmp ?? 0,
        resources: readGenericResources(gres),
        features: features === "(null)" ? [] : features.split(","),
      },
    ];
  });
}

/** The CPUs that a job has of such a node that uses so many threads of each core. */
export function usableCpus(kind: NodeKind, threadsPerCore: number | undefined): number {
  if (threadsPerCore === undefined || threadsPerCore >= kind.threadsPerCore) return kind.cpus;
  return Math.floor((kind.cpus * threadsPerCore) / kind.threadsPerCore);
}

/**
 * Whether a node with these features satisfies a constraint. What is more than names with `&` and
 * `|` is taken for satisfied: `sbatch` itself judges that.
 */
export function satisfies(features: readonly string[], constraint: string): boolean {
  if (!/^[\w.:+&|,-]+$/.test(constraint)) return true;
  return constraint
    .split("|")
    .some((side) => side.split(/[&,]/).every((name) => name === "" || features.includes(name)));
}
