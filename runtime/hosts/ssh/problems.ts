import { setTimeout as sleep } from "node:timers/promises";
import { RuntimeProblem } from "../../system/problem.js";

/** A host that does not answer; once it did, that is worth another try. */
export class Unreachable extends RuntimeProblem {}

/**
 * A host that hangs up before anybody could log in. Servers do that where many log in at the same time
 * (MaxStartups): worth another try at once.
 */
export class HungUp extends Unreachable {
  constructor(at: string, check: string, options: ErrorOptions) {
    const hint = `it may take few logins at a time (MaxStartups), or none from this machine; ${check}`;
    super(`${at} hangs up before anybody can log in`, hint, options);
  }
}

/** A host that lets one log in, and opens no session for a command. */
export function noSession(name: string, why: string, error: Error): RuntimeProblem {
  const hint = "its ssh server may allow fewer sessions at a time (MaxSessions), or no commands";
  return new RuntimeProblem(`${name} starts no command: ${why}`, hint, { cause: error });
}

/** Between two tries at a host that hangs up, in milliseconds; others try as well, so each takes its own time. */
const HUNG_UP_PAUSES = [200, 400, 800, 1600, 3000, 4000];

/** Connects, and tries again for some seconds where the host hangs up. */
export async function connectPatiently<T>(connect: () => Promise<T>): Promise<T> {
  for (const pause of HUNG_UP_PAUSES) {
    try {
      return await connect();
    } catch (error) {
      if (!(error instanceof HungUp)) throw error;
      await sleep(pause * (0.5 + Math.random()));
    }
  }
  return connect();
}

const NOT_RESOLVED = [
  "the name of % cannot be resolved",
  "is it spelt as in your ssh configuration, and does this machine have a network?",
] as const;
const NO_WAY = ["there is no way to % in this network", "does it need a VPN or a jump host (ProxyJump)?"] as const;
/** What errors of the network mean, with `%` for the host, and what to look at. */
const MEANINGS: Readonly<Record<string, readonly [what: string, look: string]>> = {
  ENOTFOUND: NOT_RESOLVED,
  EAI_AGAIN: NOT_RESOLVED,
  EAI_NODATA: NOT_RESOLVED,
  ECONNREFUSED: ["% refuses the connection: no ssh server listens there", "are HostName and Port right?"],
  ETIMEDOUT: ["% did not answer in time", "is it up, and can it be reached from this network (VPN, jump host)?"],
  EHOSTUNREACH: NO_WAY,
  ENETUNREACH: NO_WAY,
};

export function explainUnreachable(name: string, address: string, error: NodeJS.ErrnoException): Unreachable {
  const at = address === name ? name : `${name} (${address})`;
  const check = `see whether this works: ssh ${name}`;
  const [what, look] = MEANINGS[error.code ?? ""] ?? [`cannot connect to %: ${error.message}`];
  return new Unreachable(
    what.replace("%", () => at),
    look ? `${look} ${check}` : check,
    { cause: error },
  );
}
