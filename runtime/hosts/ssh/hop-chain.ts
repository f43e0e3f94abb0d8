import { RuntimeProblem } from "../../system/problem.js";
import { type Destination, readSettings, type SshSettings } from "./settings.js";

/** Longer chains are loops: a jump host that is to be reached through itself. */
const MOST_HOPS = 10;

/**
 * The hosts on the way to one, itself last. Each is asked for by its own name, so each has the
 * user, port, keys and known hosts that the configuration gives to it.
 *
 * @throws RuntimeProblem if the way is a circle
 */
export async function resolveHops(destination: string): Promise<readonly SshSettings[]> {
  const hops: SshSettings[] = [];
  let next: Destination | undefined = { name: destination };
  // What is left of the list that the last ProxyJump gave; it goes before a hop's own.
  let listed: string[] = [];
  while (next !== undefined) {
    if (hops.length >= MOST_HOPS) {
      const hint = "a jump host that itself matches the ProxyJump line needs `ProxyJump none` above it";
      throw new RuntimeProblem(`the jump hosts on the way to ${destination} have no end`, hint);
    }
    const settings: SshSettings = await readSettings(next);
    hops.unshift(settings);
    if (listed.length === 0) listed = settings.one("proxyjump")?.split(",") ?? [];
    const before = listed.pop();
    next = before === undefined ? undefined : parseJump(before.trim());
  }
  return hops;
}

/** `[user@]host[:port]`, or a URI, as ProxyJump has it. */
function parseJump(text: string): Destination {
  const [, user, bracketed, bare, port] =
    /^(?:ssh:\/\/)?(?:(.*)@)?(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?\/?$/.exec(text) ?? [];
  const name = bracketed ?? bare ?? text;
  return { name, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
}
