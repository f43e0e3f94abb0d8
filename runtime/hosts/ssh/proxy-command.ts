import { spawn } from "node:child_process";
import { Duplex } from "node:stream";
import type { SshSettings } from "./settings.js";
import { expandTokens } from "./tokens.js";

/**
 * Starts the user's ProxyCommand; its standard streams are the way to the host. It ends when the stream is destroyed.
 */
export function startProxyCommand(command: string, settings: SshSettings): Duplex {
  const shell = process.env.SHELL || "/bin/sh";
  const child = spawn(shell, ["-c", `exec ${expandTokens(command, settings)}`], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  child.once("error", (error) => stream.destroy(error));
  stream.once("close", () => {
    if (child.pid === undefined || child.exitCode !== null) return;
    try {
      process.kill(-child.pid);
    } catch {
      // it has just ended by itself
    }
  });
  return stream;
}
