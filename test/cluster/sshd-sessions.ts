import { execFileSync } from "node:child_process";

/** SIGKILL ends a connection; SIGSTOP makes it fall silent, and SIGCONT lets it speak again. */
export type SessionSignal = "SIGKILL" | "SIGSTOP" | "SIGCONT";

/**
 * Signals the processes that serve an sshd's connections: two for each, one of them root's. What
 * they have started lives on, as it does when a network goes away.
 */
export function cutSessions(server: number, signal: SessionSignal): void {
  const rows = execFileSync("ps", ["-e", "-o", "pid=,ppid=,comm="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent, program]) => ({ pid: Number(pid), parent: Number(parent), program }));
  const found = new Set<number>([server]);
  // A child may be listed before its parent.
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const { pid, parent, program } of rows) {
      if (found.has(parent) && program?.startsWith("sshd")) found.add(pid);
    }
  }
  found.delete(server);
  for (const pid of found) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}
