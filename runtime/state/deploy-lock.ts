import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { birthOf } from "../engines/process-birth.js";
import { RuntimeProblem } from "../workspace.js";

/**
 * Lets one process at a time change the state of a definition.
 *
 * @returns what gives the lock back
 * @throws RuntimeProblem if another process has it
 */
export function lockState(stateFolder: string): () => void {
  const path = join(stateFolder, "lock");
  const mine = `${process.pid} ${birthOf(process.pid) ?? 0} ${hostname()}\n`;
  const draft = `${path}.${process.pid}`;
  for (let tries = 0; tries < 10; tries += 1) {
    try {
      // Written first and then named: on a full disk, or when killed, it must not be there without its owner.
      writeFileSync(draft, mine);
      linkSync(draft, path);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    const [pid, birth, host] = readOwner(path);
    if (host !== undefined && (host !== hostname() || birthOf(Number(pid)) === birth)) {
      throw new RuntimeProblem(
        `another locusts is at work here: process ${pid} on ${host}`,
        host === hostname() ? "wait for it, or interrupt it with Ctrl-C" : `if it is gone, remove ${path}`,
      );
    }
    rmSync(path, { force: true }); // its owner was killed
  }
  throw new RuntimeProblem(`${path} cannot be taken`, "try again");
}

function readOwner(path: string): (string | undefined)[] {
  try {
    return readFileSync(path, "utf8").trim().split(" ");
  } catch {
    return [];
  }
}
