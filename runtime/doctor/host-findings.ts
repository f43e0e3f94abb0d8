import { countOf, formatMemory, formatNumber } from "../../compiler/format/amounts.js";
import type { JobNeeds } from "../../compiler/format/bundle.js";
import { ownValue } from "../../compiler/format/own-value.js";
import { type Finding, fail, ok, warn } from "./facts/finding.js";
import type { HostFacts } from "./facts/host-facts.js";
import type { Needs } from "./facts/needs.js";

const OLDEST_BASH = 404;
/** Beyond so many milliseconds, times in journals and on files are misleading. */
const MOST_CLOCK_DIFFERENCE = 60_000;

/** Where programs come from that a swarm may need and a host may lack. */
const SOURCES: Readonly<Record<string, string>> = {
  node: "install Node there, or load it by environment.modules",
  apptainer: 'ask for it there, load it by environment.modules, or say runtime: "singularity"',
  singularity: "ask for it there, or load it by environment.modules",
};

function examineBash({ bash }: HostFacts): Finding {
  const [major = 0, minor = 0] = bash.split(".").map(Number);
  if (major * 100 + minor >= OLDEST_BASH) return ok("bash", bash.replace(/[^\d.].*$/, ""));
  return fail(
    "bash",
    `bash is ${bash}, and the manager needs 4.4 or newer`,
    "ask for a newer one, or put one first in the PATH of your login shell there",
  );
}

function* examineProgram(name: string, needs: Needs): Generator<Finding> {
  const hint = ownValue(SOURCES, name) ?? "install it there";
  // Modules may bring it, and nodes may have what the login node lacks.
  if (needs.bringsPrograms) yield warn("programs", `${name} is not there without the swarm's environment`);
  else if (needs.pilots) yield warn("programs", `${name} is not on the login node; the nodes may have it`, hint);
  else yield fail("programs", `${name} is not there`, hint);
}

function* examinePrograms(facts: HostFacts, needs: Needs): Generator<Finding> {
  const own = facts.missing.filter((name) => Object.hasOwn(SOURCES, name));
  const { batch } = needs;
  const ofBatch = facts.missing.filter((name) => batch?.programs.includes(name));
  const plain = facts.missing.filter((name) => !own.includes(name) && !ofBatch.includes(name));
  if (plain.length > 0) {
    yield fail("programs", `not there: ${plain.join(", ")}`, "the manager needs coreutils, findutils, grep and tar");
  }
  if (facts.notGnu.length > 0) {
    yield fail(
      "programs",
      `not GNU's: ${facts.notGnu.join(", ")}`,
      "put GNU's first in the PATH of your login shell there",
    );
  }
  if (batch && ofBatch.length > 0) {
    const are = ofBatch.length === 1 ? "is" : "are";
    yield fail("programs", `${batch.name}'s ${ofBatch.join(", ")} ${are} not to be found`, batch.hint);
  }
  for (const name of own) yield* examineProgram(name, needs);
  if (facts.missing.length === 0 && facts.notGnu.length === 0) {
    const more = needs.commands.filter((name) => Object.hasOwn(SOURCES, name));
    yield ok("programs", ["coreutils, findutils, grep and tar are there", ...more].join("; "));
  }
}

function* examineModules(facts: HostFacts, needs: Needs): Generator<Finding> {
  if (needs.modules.length === 0) return;
  const place = needs.pilots ? "on the login node; the nodes may differ" : "there";
  const complain = needs.pilots ? warn : fail;
  if (!facts.hasModules) {
    yield complain(
      "modules",
      `there is no module command ${place}`,
      "take modules out of the environment, or ask for them",
    );
  } else if (facts.missingModules.length > 0) {
    yield complain(
      "modules",
      `cannot be loaded ${place}: ${facts.missingModules.join(", ")}`,
      "see what there is: module avail",
    );
  } else yield ok("modules", needs.modules.join(", "));
}

function* examinePlaces({ missingPlaces: missing }: HostFacts, { places, pilots }: Needs): Generator<Finding> {
  const where = pilots ? "on the login node; the nodes may differ" : "there";
  const complain = pilots ? warn : fail;
  for (const { name, path } of places) {
    const hint = `see what ${name === "image" ? "container.image" : "inPlace(…)"} in the definition says, and what is mounted`;
    if (missing.includes(path)) yield complain(name, `${path} cannot be read ${where}`, hint);
    else yield ok(name, path);
  }
}

/**
 * Compares the host's clock with this machine's.
 *
 * @param asked when the question went out, in milliseconds since 1970
 * @param answered when the answer was there
 */
export function examineClock(time: number | undefined, asked: number, answered: number): Finding | undefined {
  if (time === undefined) return undefined;
  const difference = time < asked ? time - asked : Math.max(0, time - answered);
  const seconds = Math.round(Math.abs(difference) / 1000);
  if (Math.abs(difference) <= MOST_CLOCK_DIFFERENCE) {
    return ok("clock", seconds === 0 ? "the same time as here" : `${seconds} s from the time here`);
  }
  return warn(
    "clock",
    `it is ${formatNumber(seconds)} s ${difference < 0 ? "behind" : "ahead of"} this machine's`,
    "times in tables and journals will be misleading; have the clocks set (timedatectl)",
  );
}

/** Without a scheduler, nobody but the definition keeps jobs from crowding. Counts as `locusts_count_slots` does. */
function* examineCores({ cores, memoryMebibytes = 0 }: HostFacts, { slots }: Needs): Generator<Finding> {
  if (slots === null || cores === undefined) return;
  const { least, most } = slots;
  const isMemorySaid = most.memoryMebibytes > 0 && memoryMebibytes > 0;
  const amounts = (cpus: number, memory: number) =>
    `${countOf(cpus, "core")}${isMemorySaid ? ` and ${formatMemory(memory)} of memory` : ""}`;
  const it = `it has ${amounts(cores, memoryMebibytes)}`;
  const fits = (count: number, { cpus, memoryMebibytes: memory }: JobNeeds) =>
    count * cpus <= cores && (!isMemorySaid || count * memory <= memoryMebibytes);
  if (!fits(1, most)) {
    const message = `a job needs ${amounts(most.cpus, most.memoryMebibytes)}; ${it}`;
    yield warn("cores", message, "such a job runs alone, with what there is; see whether resources ask for too much");
    return;
  }
  const byMemory = isMemorySaid && least.memoryMebibytes > 0 ? memoryMebibytes / least.memoryMebibytes : cores;
  const count = slots.count ?? Math.floor(Math.min(cores / least.cpus, byMemory));
  const [upTo, each] = most.byJob ? ["up to ", "or more "] : ["", ""];
  const message = `${upTo}${countOf(count, "job")} at a time, ${amounts(least.cpus, least.memoryMebibytes)} ${each}each; ${it}`;
  if (fits(count, least)) yield ok("cores", message);
  else yield warn("cores", message, "lower slots, unless the jobs wait for something else most of their time");
}

/** Without a scheduler, there are those of the host itself. */
function* examineGpus({ gpus }: HostFacts, needs: Needs): Generator<Finding> {
  if (gpus === undefined) return;
  const message = `a job needs ${countOf(needs.gpus, "GPU")}; it has ${gpus}`;
  if (needs.gpus <= gpus) yield ok("GPUs", message);
  else yield fail("GPUs", message, "ask for fewer by resources.gpus, or see what CUDA_VISIBLE_DEVICES says there");
}

/** Without a scheduler, managers go on when the login that has started them ends: unless the host ends them, too. */
function* examineLeftBehind({ leftBehind }: HostFacts, { access, pilots }: Needs): Generator<Finding> {
  if (pilots || !access?.host || leftBehind === undefined) return;
  if (leftBehind === "lingers") yield ok("logins", "what a login leaves behind goes on, since this account lingers");
  else {
    yield warn(
      "logins",
      "it ends what a login leaves behind (KillUserProcesses): jobs end when the connection does",
      "run there, once: loginctl enable-linger; where that is refused, ask those who run it, or do not leave deploy",
    );
  }
}

/** A login that takes longer is a warning, in milliseconds. */
const SLOW_LOGIN = 5000;

/** How long a command takes to begin, once one is logged in: each look at the target takes as long. */
export function examineStart(milliseconds: number): Finding {
  const seconds = (milliseconds / 1000).toFixed(1);
  if (milliseconds < SLOW_LOGIN) return ok("start", `a command begins within ${seconds} s`);
  return warn(
    "start",
    `a command takes ${seconds} s to begin, each time`,
    "look for what is slow in the start files of the login there: ~/.bashrc, ~/.profile, /etc/profile.d",
  );
}

export function* examineHost(facts: HostFacts, needs: Needs): Generator<Finding> {
  yield examineBash(facts);
  yield* examinePrograms(facts, needs);
  yield* examineModules(facts, needs);
  yield* examinePlaces(facts, needs);
  yield* examineCores(facts, needs);
  yield* examineGpus(facts, needs);
  yield* examineLeftBehind(facts, needs);
}
