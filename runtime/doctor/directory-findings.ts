import { type Finding, fail, ok } from "./facts/finding.js";
import type { HostFacts } from "./facts/host-facts.js";

function explainUnwritable(directory: string, { base, unwritable = "", user }: HostFacts): Finding {
  const message = `${directory} cannot be written to: ${base === directory ? "" : `${base}: `}${unwritable}`;
  if (/no space left/i.test(unwritable)) return fail("directory", message, "make room there: its disk is full");
  if (/quota/i.test(unwritable))
    return fail("directory", message, "your quota is used up: remove what you need no more");
  return fail("directory", message, `give the target a directory that ${user} may write to`);
}

/** Whether the target's directory can be written to. */
export function examineDirectory(directory: string, facts: HostFacts): Finding {
  if (facts.unwritable !== undefined) return explainUnwritable(directory, facts);
  const exists = facts.base === directory || facts.base.startsWith(`${directory}/`);
  return ok("directory", exists ? `${directory} can be written to` : `${directory} can be made, in ${facts.base}`);
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
