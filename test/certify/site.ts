import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { noCluster } from "../cluster/availability.js";
import { type Cluster, useCluster } from "../cluster/cluster.js";
import { useSshd } from "../cluster/sshd.js";
import type { Scenario } from "./scenarios.js";

/** Where the jobs of a scenario run. */
export interface Site {
  /** for the command line */
  readonly environment: Readonly<Record<string, string>>;
  /** who logs in there; undefined: on this machine, in the definition's folder */
  readonly user: string | undefined;
  /** a folder on the other machine, seen from here, too */
  readonly home: string | undefined;
  /** numbers of the processes that start what runs there */
  readonly daemons: readonly number[];
}

export const HERE: Site = { environment: {}, user: undefined, home: undefined, daemons: [] };

/** Processes that this one has started, by their command lines. */
function childrenLike(pattern: string): number[] {
  const { stdout } = spawnSync("pgrep", ["-P", String(process.pid), "-f", "--", pattern], { encoding: "utf8" });
  return stdout
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map(Number);
}

/** An sshd of its own, whose sessions are traced; with a filter, since a stop at each of their calls costs ten times as much. */
async function openSshd(tracer: string): Promise<Site> {
  const sshd = await useSshd({ settings: [`ForceCommand ${tracer} --behind-filter`] });
  const daemons = childrenLike(`sshd.*${sshd.folder}`);
  return { environment: { ...sshd.environment }, user: sshd.user, home: sshd.home, daemons };
}

/** The cluster, whose pilots are traced. */
async function openCluster(): Promise<Site> {
  const cluster: Cluster = await useCluster();
  const daemons = cluster.nodes.map((node) =>
    Number(readFileSync(join(cluster.state, "run", `slurmd.${node}.pid`), "utf8")),
  );
  return { environment: { ...cluster.environment }, user: cluster.user, home: cluster.home, daemons };
}

/** Why a scenario cannot be had on this machine; undefined if it can. */
export function whyNoSite({ where }: Scenario): string | undefined {
  return where === "here" ? undefined : noCluster;
}

/** The sites of one worker: those that need something to be started are opened when they are asked for. */
export class Sites {
  readonly #opened = new Map<Scenario["where"], Promise<Site>>();

  constructor(readonly tracer: string) {}

  at(where: Scenario["where"]): Promise<Site> {
    let site = this.#opened.get(where);
    if (!site) {
      site = where === "here" ? Promise.resolve(HERE) : where === "sshd" ? openSshd(this.tracer) : openCluster();
      this.#opened.set(where, site);
    }
    return site;
  }
}
