import { countOf, formatBytes, formatNumber } from "../../compiler/format/amounts.js";
import { isWithin } from "../../compiler/format/within.js";
import { type Finding, fail, ok, skipped, warn } from "./facts/finding.js";
import type { HostFacts } from "./facts/host-facts.js";

function explainUnwritable(directory: string, { base, unwritable = "", user }: HostFacts): Finding {
  const message = `${directory} cannot be written to: ${base === directory ? "" : `${base}: `}${unwritable}`;
  if (/no space left/i.test(unwritable)) return fail("directory", message, "make room there: its disk is full");
  if (/quota/i.test(unwritable))
    return fail("directory", message, "your quota is used up: remove what you need no more");
  return fail("directory", message, `give the target a directory that ${user} may write to`);
}

export function examineDirectory(directory: string, facts: HostFacts): Finding {
  if (facts.unwritable !== undefined) return explainUnwritable(directory, facts);
  return ok(
    "directory",
    isWithin(directory, facts.base) ? `${directory} can be written to` : `${directory} can be made, in ${facts.base}`,
  );
}

/** Whether the swarm's folder on the target is this checkout's. @param checkout undefined: it has none anywhere */
export function examineOwner({ owner }: HostFacts, checkout: string | undefined): Finding {
  if (!owner) return ok("owner", "nothing of this swarm is there yet");
  if (owner.id === checkout) return ok("owner", "what is there of this swarm is this checkout's");
  return fail(
    "owner",
    `what is there of this swarm belongs to another checkout: ${owner.name}`,
    "deploy from there, give this target another directory, or take it over from here: locusts deploy --take-over",
  );
}

export interface RoomNeeds {
  readonly bytes: number;
  readonly inodes: number;
}

/** How much a file system must have for each byte of input, not to be thought tight: jobs write, too. */
const AMPLE = 2;

function examineSpace(facts: HostFacts, { bytes }: RoomNeeds): Finding {
  const free = facts.room?.bytes;
  if (free === undefined) return skipped("space", `df says nothing of ${facts.base}`);
  const missing = Math.max(0, bytes - facts.present);
  const message = `${formatBytes(free)} free; the swarm takes ${formatBytes(missing)}, beside what the jobs write`;
  if (free < missing) return fail("space", message, "make room, or give the target a directory on another disk");
  if (free < AMPLE * missing) return warn("space", message, "see whether the jobs' outputs will fit as well");
  return ok("space", message);
}

function examineInodes({ room }: HostFacts, { inodes }: RoomNeeds): Finding {
  if (room?.inodes === undefined) return ok("inodes", "the file system makes them as they are needed");
  const message = `${countOf(room.inodes, "more file")} can be made; the swarm takes ${formatNumber(inodes)}, beside what the jobs write`;
  if (room.inodes >= AMPLE * inodes) return ok("inodes", message);
  if (room.inodes >= inodes) return warn("inodes", message, "see whether the jobs' outputs will fit as well");
  return fail("inodes", message, "remove files, or give the target a directory on another disk");
}

/** A line of `quota`, or `lfs quota`: what is used of what may be, in KB and in files. */
interface Quota {
  readonly source: string;
  readonly bytesLeft: number;
  readonly filesLeft: number;
}

/** Reads `source KB quota limit grace files quota limit grace`; a limit of 0 is none. */
function readQuota(line: string): Quota | undefined {
  const fields = line.trim().split(/\s+/);
  const number = (index: number) => Number((fields[index] ?? "").replace(/\*$/, ""));
  const left = (used: number, soft: number) => {
    const limit = number(soft + 1) || number(soft);
    return limit > 0 ? Math.max(0, limit - number(used)) : Number.POSITIVE_INFINITY;
  };
  const quota = { source: fields[0] ?? "", bytesLeft: left(1, 2) * 1024, filesLeft: left(5, 6) };
  return Number.isNaN(quota.bytesLeft) || Number.isNaN(quota.filesLeft) ? undefined : quota;
}

/** Quotas are told in many ways: what is said here of another file system, or not understood, is passed over. */
function* examineQuota(facts: HostFacts, needs: RoomNeeds): Generator<Finding> {
  for (const line of facts.quotas) {
    const quota = readQuota(line);
    const source = facts.room?.source;
    if (!quota || (quota.source !== source && !facts.base.startsWith(`${quota.source}/`))) continue;
    const parts: string[] = [];
    if (Number.isFinite(quota.bytesLeft)) parts.push(formatBytes(quota.bytesLeft));
    if (Number.isFinite(quota.filesLeft)) parts.push(countOf(quota.filesLeft, "file"));
    if (parts.length === 0) continue;
    const left = `your quota leaves ${parts.join(" and ")}`;
    if (quota.bytesLeft < needs.bytes - facts.present || quota.filesLeft < needs.inodes) {
      yield fail(
        "quota",
        `${left}; the swarm takes ${formatBytes(needs.bytes)} and ${countOf(needs.inodes, "file")}`,
        "remove what you need no more, ask for more, or give the target a directory elsewhere",
      );
    } else yield ok("quota", left);
  }
}

export function* examineRoom(facts: HostFacts, needs: RoomNeeds): Generator<Finding> {
  yield examineSpace(facts, needs);
  yield examineInodes(facts, needs);
  yield* examineQuota(facts, needs);
}
