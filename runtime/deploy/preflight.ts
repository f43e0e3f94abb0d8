import { existsSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { formatBytes } from "../../compiler/format/amounts.js";
import { BUNDLE_FILES, type Budget, type BundleDescription, readUploads } from "../../compiler/format/bundle.js";
import { EXAMINATIONS } from "../doctor/batch-systems.js";
import { examineDirectory, examineRoom } from "../doctor/directory-findings.js";
import { askHostFacts } from "../doctor/examine-host.js";
import type { Finding } from "../doctor/facts/finding.js";
import { readHostFacts } from "../doctor/facts/host-facts.js";
import { listCommands, type Needs } from "../doctor/facts/needs.js";
import { examineHost } from "../doctor/host-findings.js";
import { readDirectives } from "../doctor/slurm/pilot-request.js";
import { runScript } from "../hosts/run-script.js";
import { withReconnection } from "../hosts/with-reconnection.js";
import { pilotsFor } from "../schedulers/pilots/pilot-scheduler.js";
import { RuntimeProblem } from "../system/problem.js";
import type { OpenedTarget } from "../target/open-target.js";
import { DISCARD } from "../transfer/target-files.js";
import type { DeployOptions } from "./types.js";

/** For how long a host may be away, in milliseconds. */
const PATIENCE = 120_000;

type PreflightOptions = Pick<DeployOptions, "bundle" | "description" | "signal">;

/**
 * Makes sure of what can be made sure of in one round trip, before anything is sent: programs, directory, room, and
 * what SLURM would say to the pilots. If the swarm had nothing on the target before, it has nothing there afterwards.
 *
 * @param wanted how many jobs are to run
 * @throws RuntimeProblem with the first thing that would fail
 */
export async function preflight(opened: OpenedTarget, options: PreflightOptions, wanted: number): Promise<void> {
  const { description, bundle } = options;
  // Of what all jobs take, those that are to run take their share.
  const share = description.jobs === 0 ? 0 : Math.min(1, wanted / description.jobs);
  const budget: Budget = {
    bytes: Math.floor(description.budget.bytes * share),
    files: Math.floor(description.budget.files * share),
    folders: Math.floor(description.budget.folders * share),
  };
  if (description.access === null || description.access.sharedDirectory) {
    await checkVisibleRoom(opened.files.here, bundle, budget);
  }
  if (description.access === null) return checkManager(opened, bundle);
  const problem = await withReconnection(() => examine(opened, options, budget, wanted), {
    patience: PATIENCE,
    signal: options.signal,
  });
  if (!problem) return;
  // The swarm's folder was made when the target was opened.
  await runScript(opened.host, DISCARD, [opened.files.there, "none"]).catch(() => {});
  throw new RuntimeProblem(problem.message, problem.hint ?? "see all of it: locusts doctor");
}

/** @throws RuntimeProblem if the bash on this machine cannot run the manager: it is too old, say */
async function checkManager({ host }: OpenedTarget, bundle: string): Promise<void> {
  const ended = await host.run('exec bash "$1" --version </dev/null', [join(bundle, BUNDLE_FILES.manager)]);
  if (ended.code === 0) return;
  const lines = ended.stderr.trim().split("\n");
  const unread = /manager\.sh: line \d+: `(.*)'$/s.exec(lines.at(-1) ?? "")?.[1]?.trim();
  if (unread !== undefined) {
    throw new RuntimeProblem(
      `the bash on this machine cannot read this line of the command: ${unread}`,
      "try it with bash -n, or put a newer bash first in your PATH",
    );
  }
  const said = lines.at(-1);
  throw new RuntimeProblem(
    `the manager cannot run on this machine: ${said || `exit code ${ended.code}`}`,
    "put a newer bash first in your PATH",
  );
}

async function examine(
  opened: OpenedTarget,
  { description, bundle }: PreflightOptions,
  budget: Budget,
  wanted: number,
): Promise<Finding | undefined> {
  const access = description.access as NonNullable<BundleDescription["access"]>;
  const needs = readNeeds(bundle, description, budget, wanted);
  const answer = await askHostFacts(opened.host, access.directory, needs);
  const facts = readHostFacts(answer.host);
  const findings: Finding[] = [...examineHost(facts, needs), examineDirectory(access.directory, facts)];
  // What both sides see is linked, not copied: there the room was looked at from this side.
  if (!access.sharedDirectory) {
    findings.push(...examineRoom(facts, { bytes: budget.bytes, inodes: budget.files + budget.folders }));
  }
  const { pilots, batch } = needs;
  if (pilots && batch) findings.push(...batch.judge(answer.batch, pilots, facts));
  return findings.find(({ status }) => status === "fail");
}

function readNeeds(bundle: string, description: BundleDescription, budget: Budget, wanted: number): Needs {
  const { pilots, swarm, access, kind } = description;
  const batch = EXAMINATIONS[kind];
  const script = join(bundle, BUNDLE_FILES.pilot);
  return {
    swarm,
    access,
    // Others than the manager's own may be brought by the environment, which a bundle does not describe.
    commands: listCommands({}, batch),
    modules: [],
    places: [],
    bringsPrograms: true,
    batch,
    gpus: 0,
    slots: null,
    budget,
    pilots: pilots && {
      ...pilots,
      count: pilotsFor(pilots, wanted),
      directives: existsSync(script) ? readDirectives(readFileSync(script, "utf8")) : [],
      scratch: "",
      jobMemory: 0,
      pin: false,
    },
  };
}

/**
 * Looks at the room in a folder of this machine. Shared inputs are left out: they may be there
 * already, be linked, or be copied in a way that takes no room.
 *
 * @throws RuntimeProblem if the rest does not fit
 */
async function checkVisibleRoom(folder: string, bundle: string, budget: Budget): Promise<void> {
  let place = folder; // or, before the first deploy, the nearest to it that is there
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  let room: { bavail: number; bsize: number };
  try {
    room = await statfs(place);
  } catch {
    return; // what is wrong there is said by whoever writes there
  }
  const free = room.bavail * room.bsize;
  if (free >= budget.bytes) return;
  let shared = 0;
  for (const { destination, bytes } of readUploads(bundle)) if (destination.startsWith("shared/")) shared += bytes;
  const needed = budget.bytes - shared;
  if (free >= needed) return;
  throw new RuntimeProblem(
    `${folder} has ${formatBytes(free)} of room, and the swarm takes ${formatBytes(needed)}, beside what the jobs write`,
    "make room, or give the target a directory on another disk",
  );
}
