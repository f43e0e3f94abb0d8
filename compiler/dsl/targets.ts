import type { Environment } from "./environment.js";
import type { Duration, Memory } from "./units.js";

/** What every target may say. */
interface TargetOptions {
  /** jobs at a time on one machine; unless given, as many as its cores and memory allow */
  readonly slots?: number;
  /**
   * each property given takes the place of the swarm's as a whole on this target: of `variables`, repeat those that are
   * to stay
   */
  readonly environment?: Environment;
}

export interface LocalOptions extends TargetOptions {}

/** A directory that this machine and the target share, as each of them calls it. */
export interface SharedDirectory {
  /** absolute path on this machine */
  readonly here: string;
  /** absolute path of the same directory on the target */
  readonly there: string;
}

/** How a target on another machine is reached, and how files get there. */
export interface AccessOptions {
  /** a `Host` of your ssh configuration, or `user@name`, or `ssh://user@name:port` */
  readonly host: string;
  /** absolute path on the target; everything goes into `<directory>/<user>/<swarm>/` */
  readonly directory: string;
  /** a directory that both sides see and that holds `directory`: then no file is sent through ssh */
  readonly sharedDirectory?: SharedDirectory;
  /** the site's own host for data transfer; unless given, files go through `host` */
  readonly transferHost?: string;
  /**
   * your own way to send files: a bash command on this machine that copies what is in the folder
   * `$from` into the folder `$to` on the target, as `rsync -a "$from/" "dtn:$to/"`
   */
  readonly transfer?: { readonly command: string };
  /**
   * `"openssh"` has the `ssh` program on this machine connect: for Kerberos, certificates, hardware
   * keys, and connections that are open already
   */
  readonly ssh?: "builtin" | "openssh";
}

export interface SshOptions extends TargetOptions, AccessOptions {}

/** Memory of a pilot: for the node, for each CPU, or what the partition gives. */
type SlurmMemory =
  | { readonly memory?: Memory; readonly memoryPerCpu?: undefined }
  | { readonly memory?: undefined; readonly memoryPerCpu?: Memory };

interface SlurmRequest extends TargetOptions, Partial<AccessOptions> {
  /** absolute path, on a file system that the nodes share; everything goes into `<directory>/<user>/<swarm>/` */
  readonly directory: string;
  readonly partition?: string;
  readonly account?: string;
  readonly qos?: string;
  /** the most pilots at a time, each on a node of its own; 1 unless given */
  readonly nodes?: number;
  readonly cpusPerNode: number;
  readonly threadsPerCore?: number;
  /** of one node, as `--gpus-per-node` takes it: `2`, `"a100:2"`, or `"a100:1,v100:1"` */
  readonly gpus?: number | `${string}:${number}` | `${string}:${number},${string}:${number}`;
  /** how long one pilot may run */
  readonly walltime: Duration;
  readonly constraint?: string;
  /** the whole node, whatever part of it is asked for */
  readonly exclusive?: boolean;
  /** generic resources of one node: `"lscratch:100"` */
  readonly gres?: string | readonly string[];
  /** jobs run on the node's own disk, below this folder: a path that may hold variables of the node, as `"/lscratch/$SLURM_JOB_ID"` */
  readonly scratch?: string;
  /** the least room that the node's own disk must have (`--tmp`) */
  readonly scratchSize?: Memory;
  readonly reservation?: string;
  readonly licenses?: string;
  readonly mail?: {
    readonly to: string;
    readonly when?: readonly ("BEGIN" | "END" | "FAIL" | "REQUEUE" | "TIME_LIMIT" | "ALL")[];
  };
  /** further `#SBATCH` lines, from the option on: `"--comment=locusts"` */
  readonly sbatch?: readonly `-${string}`[];
  /** no further pilot for fewer jobs than this for each of its CPUs; 10 unless given */
  readonly minJobsPerCpu?: number;
  /** how many pilots may follow one another in the place of each, when the walltime ends before the work; 10 unless given */
  readonly successors?: number;
  /** whether nodes may call `sbatch`; if not, all successors are submitted at the start. True unless given. */
  readonly nodesMaySubmit?: boolean;
  /** a pilot that gave no heartbeat for so long loses its jobs to the others; `"2m"` unless given */
  readonly silence?: Duration;
}

export type SlurmOptions = SlurmRequest & SlurmMemory;

/** This machine, without a scheduler. */
export interface LocalTarget extends LocalOptions {
  readonly kind: "local";
}

/** Another machine, without a scheduler. */
export interface SshTarget extends SshOptions {
  readonly kind: "ssh";
}

/** A cluster under SLURM; without `host`, this machine is its login node. */
export type SlurmTarget = SlurmOptions & { readonly kind: "slurm" };

export type Target = LocalTarget | SshTarget | SlurmTarget;

/** Runs the swarm on this machine. */
export function local(options: LocalOptions = {}): LocalTarget {
  return { kind: "local", ...options };
}

/**
 * Runs the swarm on another machine, over ssh.
 *
 * @example ssh({ host: "workstation", directory: "/scratch/me" })
 */
export function ssh(options: SshOptions): SshTarget {
  return { kind: "ssh", ...options };
}

/**
 * Runs the swarm on a cluster, in a few SLURM allocations that share the jobs out among themselves.
 *
 * @example slurm({ host: "biowulf", directory: "/data/me/locusts", cpusPerNode: 16, nodes: 4, walltime: "04:00:00" })
 */
export function slurm(options: SlurmOptions): SlurmTarget {
  return { kind: "slurm", ...options };
}
