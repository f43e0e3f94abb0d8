import { RuntimeProblem } from "../../workspace.js";

/** A host that does not answer; once it did, that is worth another try. */
export class Unreachable extends RuntimeProblem {}

/** What went wrong on the way to a host, in one sentence. */
export function explainUnreachable(name: string, address: string, error: NodeJS.ErrnoException): RuntimeProblem {
  const at = address === name ? name : `${name} (${address})`;
  const check = `see whether this works: ssh ${name}`;
  switch (error.code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EAI_NODATA":
      return new Unreachable(
        `the name of ${at} cannot be resolved`,
        `is it spelt as in your ssh configuration, and does this machine have a network? ${check}`,
        { cause: error },
      );
    case "ECONNREFUSED":
      return new Unreachable(
        `${at} refuses the connection: no ssh server listens there`,
        `are HostName and Port right? ${check}`,
        { cause: error },
      );
    case "ETIMEDOUT":
      return new Unreachable(
        `${at} did not answer in time`,
        `is it up, and can it be reached from this network (VPN, jump host)? ${check}`,
        { cause: error },
      );
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return new Unreachable(
        `there is no way to ${at} in this network`,
        `does it need a VPN or a jump host (ProxyJump)? ${check}`,
        { cause: error },
      );
    default:
      return new Unreachable(`cannot connect to ${at}: ${error.message}`, check, { cause: error });
  }
}
