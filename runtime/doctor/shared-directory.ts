import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode } from "../../compiler/format/file-access.js";
import type { Host } from "../hosts/host.js";
import { loadScript } from "../hosts/load-script.js";
import { type Finding, fail, ok } from "./facts/finding.js";

const NAME = "shared directory";
const IDS_HINT = "shared directories go by user ids: compare what id prints on both sides";
/** How long a network file system may take to show what the other side has made, in milliseconds. */
const MOST_LAG = 5000;

async function appears(path: string, within: string): Promise<boolean> {
  for (const deadline = Date.now() + MOST_LAG; ; await sleep(100)) {
    if (existsSync(path)) return true;
    // Reading the folder makes a network file system ask anew.
    if (existsSync(within)) readdirSync(within);
    if (Date.now() > deadline) return false;
  }
}

function tell(error: unknown): string {
  return errorCode(error) ?? (error as Error).message;
}

/** Reads the other side's word and leaves one of ours. @returns what is wrong, if something is */
function answer(folder: string, expected: string, word: string): Finding | undefined {
  try {
    if (readFileSync(join(folder, "there"), "utf8") !== expected) {
      return fail(
        NAME,
        `${folder} is not on this machine what it is on the target`,
        "see what is mounted on both sides",
      );
    }
  } catch (error) {
    return fail(NAME, `what the target writes there cannot be read on this side: ${tell(error)}`, IDS_HINT);
  }
  try {
    writeFileSync(join(folder, "here"), word);
  } catch (error) {
    return fail(NAME, `this side may not write where the target has made a folder: ${tell(error)}`, IDS_HINT);
  }
  return undefined;
}

/**
 * Has both sides write into the shared directory, and read what the other has written. What they make they remove.
 *
 * @param directory where a swarm's folder would be, as the target calls it
 */
export async function examineSharedDirectory(
  host: Host,
  shared: { readonly here: string; readonly there: string },
  directory: string,
): Promise<Finding> {
  if (!statSync(shared.here, { throwIfNoEntry: false })?.isDirectory()) {
    return fail(NAME, `there is no directory ${shared.here} on this machine`, "mount it, or fix sharedDirectory.here");
  }
  const [theirs, ours] = [randomUUID(), randomUUID()];
  const script = loadScript("doctor/probe-folder") + loadScript("doctor/probe-shared-directory");
  const probe = (...args: readonly string[]) => host.run(script, [directory, ...args]);
  const begun = await probe("begin", theirs);
  if (begun.code !== 0) return fail(NAME, `nothing can be made in it on the target: ${begun.stderr.trim()}`);
  const wrong = await look(shared, begun.stdout, host.name, theirs, ours);
  if (wrong) {
    await probe("drop", begun.stdout);
    return wrong;
  }
  const ended = await probe("end", begun.stdout);
  if (ended.code !== 0 || ended.stdout !== ours) {
    return fail(NAME, `what this side writes there cannot be read on ${host.name}: ${ended.stderr.trim()}`, IDS_HINT);
  }
  return ok(NAME, `${shared.here} here is ${shared.there} there; both sides may write`);
}

/** Looks from this side at the folder that the other side has made. @returns what is wrong, if something is */
async function look(
  shared: { readonly here: string; readonly there: string },
  made: string,
  host: string,
  theirs: string,
  ours: string,
): Promise<Finding | undefined> {
  if (!made.startsWith(`${shared.there}/`)) {
    return fail(NAME, `there is no directory ${shared.there} on ${host}`, "fix sharedDirectory.there");
  }
  const folder = join(shared.here, made.slice(shared.there.length));
  if (await appears(join(folder, "there"), shared.here)) return answer(folder, theirs, ours);
  return fail(
    NAME,
    `what is written to ${shared.there} on ${host} does not appear in ${shared.here} on this machine`,
    "see what is mounted on both sides (findmnt), and fix sharedDirectory",
  );
}
