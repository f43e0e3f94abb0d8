import type { Host } from "../hosts/host.js";
import { loadScript } from "../hosts/load-script.js";
import { WHERE_IT_IS } from "../hosts/run-script.js";
import { RuntimeProblem } from "../system/problem.js";
import { fixForRefusal } from "../system/system-errors.js";

/** The swarm's folder on a target. */
export type ClaimedFolder = Readonly<Awaited<ReturnType<typeof claimFolder>>>;

/** Exit codes of `claim-folder.sh`. */
const OLD_BASH = 20;
const NOT_MADE = 21;
const NOT_THERE = 22;
const GONE = 23;

/**
 * Finds the swarm's folder on a target, and makes it where it is missing.
 *
 * @param purpose `own`: it must be this checkout's; `take`: it is from now on; `look`: change nothing
 * @param known a run of this checkout that is to be there, and was not gathered: what is not there has gone away
 * @throws RuntimeProblem if it is another checkout's, cannot be made, or is not there to look at
 */
export async function claimFolder(
  host: Host,
  directory: string,
  swarm: string,
  checkout: { readonly id: string; readonly name: string },
  purpose: "own" | "take" | "look",
  known?: number,
) {
  const told = [directory, swarm, checkout.id, checkout.name, purpose, known === undefined ? "" : "known"];
  const ended = await host.run(loadScript("target/claim-folder"), told);
  const message = ended.stderr.trim().split("\n").at(-1) ?? "";
  if (ended.code === OLD_BASH) {
    throw new RuntimeProblem(
      `the bash on ${host.name} is ${ended.stdout.trim()}, and the manager needs 4.4 or newer`,
      "ask for a newer one, or put one first in the PATH of your login shell there",
    );
  }
  if (ended.code === NOT_MADE) {
    throw new RuntimeProblem(
      `${directory} on ${host.name} cannot be written to: ${message}`,
      fixForRefusal(message) ?? "give the target a directory that you may write to",
    );
  }
  if (ended.code === GONE) {
    throw new RuntimeProblem(
      `${ended.stdout} on ${host.name} is not there any more, and run ${known} was not collected from it`,
      WHERE_IT_IS,
    );
  }
  if (ended.code === NOT_THERE) {
    throw new RuntimeProblem(`nothing of ${swarm} is in ${directory} on ${host.name}`, "run: locusts deploy");
  }
  if (ended.code !== 0) throw new RuntimeProblem(`${host.name}: ${message || `exit code ${ended.code}`}`);
  const facts = ended.stdout.split("\n").map((line) => line.split("\t"));
  const fact = (name: string) => facts.find(([key]) => key === name)?.[1] ?? "";
  const numbers = (name: string) =>
    facts.flatMap(([key, value = ""]) => (key === name && /^\d+$/.test(value) ? [Number(value)] : []));
  const claimed = {
    folder: fact("folder"),
    mine: fact("mine") === "yes",
    id: fact("id"),
    runs: numbers("run"),
    taken: numbers("taken"),
  };
  if (!claimed.folder.startsWith(`${directory}/`) || claimed.folder.split("/").includes("..")) {
    throw new RuntimeProblem(`${host.name} has answered with something unexpected: ${JSON.stringify(claimed.folder)}`);
  }
  if (purpose !== "look" && !claimed.mine) {
    throw new RuntimeProblem(
      `${claimed.folder} on ${host.name} belongs to another checkout: ${fact("owner")}`,
      "deploy from there, give this target another directory, or take it over from here: locusts deploy --take-over",
    );
  }
  return claimed;
}
