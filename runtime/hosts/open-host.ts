import type { BundledAccess } from "../../compiler/format/bundle.js";
import type { Host } from "./host.js";
import type { Ssh2Options } from "./ssh2-host.js";
import { ThisMachine } from "./this-machine.js";

/** The host that a target runs on; the first `run` connects. @param options for the built-in ssh alone */
export async function openHost(
  { host, ssh }: Pick<BundledAccess, "host" | "ssh">,
  options: Ssh2Options,
): Promise<Host> {
  if (host === null) return new ThisMachine();
  // Each is loaded when it is wanted: ssh2 alone takes longer than most verbs.
  if (ssh === "openssh") {
    const { OpensshHost } = await import("./openssh-host.js");
    return new OpensshHost(host, options);
  }
  const { Ssh2Host } = await import("./ssh2-host.js");
  return new Ssh2Host(host, options);
}
