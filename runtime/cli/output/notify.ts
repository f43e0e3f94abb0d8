import { spawn } from "node:child_process";
import { once } from "node:events";
import { formatNumber, formatSeconds } from "../../../compiler/format/amounts.js";
import type { BundleDescription } from "../../../compiler/format/bundle.js";
import type { DeployResult } from "../../deploy/types.js";
import type { Workspace } from "../../workspace/workspace.js";
import { sayNote } from "./notes.js";
import type { Terminal } from "./terminal.js";

/** It may take so long, in milliseconds: nobody waits for a mail server for ever. */
const LONGEST = 60_000;

/** What the command finds in its environment. */
function variablesOf({ swarm, target }: BundleDescription, { results }: Workspace, result: DeployResult) {
  const { total, done, failed, pending } = result.report.jobs;
  const counts = [
    `${formatNumber(done)}/${formatNumber(total)} done`,
    ...(failed > 0 ? [`${formatNumber(failed)} failed`] : []),
    ...(pending > 0 ? [`${formatNumber(pending)} pending`] : []),
  ].join(", ");
  const stopped = result.end.how === "stopped" ? `stopped (${result.end.reason}): ` : "";
  return {
    LOCUSTS_SUMMARY: `${swarm} on ${target}: ${stopped}${counts}, after ${formatSeconds(result.seconds)}`,
    LOCUSTS_SWARM: swarm,
    LOCUSTS_TARGET: target,
    LOCUSTS_END: result.end.how,
    LOCUSTS_TOTAL: String(total),
    LOCUSTS_DONE: String(done),
    LOCUSTS_FAILED: String(failed),
    LOCUSTS_PENDING: String(pending),
    LOCUSTS_SECONDS: String(Math.round(result.seconds)),
    LOCUSTS_RESULTS: results,
  };
}

/**
 * Runs the definition's own command at the end of a deploy that has run jobs, if it is to run here. That it fails changes nothing.
 *
 * @param document what it finds on its standard input
 */
export async function notify(
  terminal: Terminal,
  workspace: Workspace,
  description: BundleDescription,
  result: DeployResult,
  document: () => string,
): Promise<void> {
  const isEnd = result.end.how === "complete" || result.end.how === "stopped";
  if (!description.notify || description.notify.on === "target" || !isEnd || result.finished === 0) return;
  const child = spawn("bash", ["-c", description.notify.command], {
    cwd: workspace.folder,
    env: { ...process.env, ...variablesOf(description, workspace, result) },
    stdio: ["pipe", 2, 2],
    timeout: LONGEST,
    killSignal: "SIGKILL",
  });
  child.stdin?.on("error", () => {}); // it need not read all of it
  child.stdin?.end(`${document()}\n`);
  try {
    const [code, signal] = await once(child, "exit");
    if (signal) sayNote(terminal, `the command of notify was ended by ${signal}: it may take ${LONGEST / 1000} s`);
    else if (code !== 0) sayNote(terminal, `the command of notify has failed, with exit code ${code}`);
  } catch (error) {
    sayNote(terminal, `the command of notify could not be started: ${(error as Error).message}`);
  }
}
