import { execFile } from "node:child_process";
import { runClusterScript } from "./run-script.js";

/** A SLURM cluster of four nodes with 2 CPUs and 2000 MB each, and its login node behind a real sshd. */
export interface Cluster {
  /** what its login node is called in `sshConfig` */
  readonly sshHost: "lab";
  /** the ssh configuration that knows it; `environment` names it to Locusts */
  readonly sshConfig: string;
  /** whom `sshHost` logs in: an ordinary account, with `home` as its home, readable by root alone */
  readonly user: string;
  readonly home: string;
  /** SLURM's settings; those who log in are given it as `SLURM_CONF` */
  readonly slurmConf: string;
  /** of the four nodes */
  readonly nodes: readonly string[];
  /** whether the kernel lets SLURM limit the memory of jobs by control groups, and say `OUT_OF_MEMORY` */
  readonly memoryControl: boolean;
  /** folder of logs and pid files: `run/slurmd.<node>.pid` */
  readonly state: string;
  /** what Locusts needs to find it: over ssh as `lab`, or from the login node itself, without ssh */
  readonly environment: { readonly LOCUSTS_SSH_CONFIG: string; readonly SLURM_CONF: string };
  /**
   * Runs a bash script as root, where SLURM's programs know the cluster.
   *
   * @returns what it printed
   * @throws Error if it fails
   */
  administer(script: string): Promise<string>;
}

let cluster: Promise<Cluster> | undefined;

/**
 * The cluster of this file: started if it is not running, in about 6 s. It is there for other test
 * files, and the runner stops it at the end. Partitions: `main`, `short` (1 minute), `down`; a QOS
 * `tiny` (10 submitted, 2 running).
 *
 * @throws Error if it cannot be had; ask `noCluster` first
 */
export function useCluster(): Promise<Cluster> {
  cluster ??= startCluster();
  return cluster;
}

async function startCluster(): Promise<Cluster> {
  const lines = (await runClusterScript("up")).trimEnd().split("\n");
  const told = JSON.parse(lines.at(-1) ?? "") as Pick<
    Cluster,
    "state" | "user" | "home" | "slurmConf" | "sshConfig" | "memoryControl"
  > & { tag: string };
  const { tag, ...facts } = told;
  const environment = { LOCUSTS_SSH_CONFIG: facts.sshConfig, SLURM_CONF: facts.slurmConf };
  return {
    ...facts,
    sshHost: "lab",
    nodes: [1, 2, 3, 4].map((number) => `${tag}${number}`),
    environment,
    administer: (script) => runAsRoot(script, environment),
  };
}

function runAsRoot(script: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const path = `/usr/sbin:/sbin:${process.env.PATH}`;
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment, PATH: path };
    execFile("bash", ["-c", script], { env, maxBuffer: 64e6 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stderr}`, { cause: error }));
      else resolve(stdout);
    });
  });
}
