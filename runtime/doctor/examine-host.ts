import type { Host } from "../hosts/host.js";
import { loadScript } from "../hosts/load-script.js";
import type { Ended } from "../hosts/script/script-run.js";
import { RuntimeProblem } from "../system/problem.js";
import type { Needs } from "./facts/needs.js";

/** What a host has answered, as text. */
export type HostAnswer = Readonly<Awaited<ReturnType<typeof askHostFacts>>>;

/** Between what the two scripts print. */
const SEAM = "\u001d";
/** For a host that is there, and does not come to an end: a file system that hangs, say. In milliseconds. */
const MOST_TIME = 150_000;

/**
 * Asks a host, and the batch system there, for all that can be asked in one round trip.
 *
 * @param directory the swarm's folder is below it; or, with `own`, is it
 * @throws RuntimeProblem if the host cannot be reached
 * @throws ConnectionLost if it does not answer
 */
export async function askHostFacts(host: Host, directory: string, needs: Needs, own = false) {
  const { pilots, batch, budget } = needs;
  const args = [
    directory,
    own ? "" : needs.swarm,
    needs.commands.join("\n"),
    needs.modules.join("\n"),
    String(Math.ceil(budget.bytes / 1024)),
    String(needs.gpus),
    needs.places.map(({ path }) => path).join("\n"),
  ];
  const scripts: string[] = [
    loadScript("../compiler/emit/library/modules"),
    loadScript("../compiler/emit/library/devices"),
    loadScript("../compiler/emit/library/allocation-slurm"),
    loadScript("../compiler/emit/library/machine"),
    loadScript("doctor/probe-folder"),
    loadScript("doctor/examine-host"),
  ];
  const question = pilots && batch?.question(pilots);
  if (batch && question) {
    scripts.push(`printf '${SEAM}'`, `shift ${args.length}`, loadScript(batch.script));
    args.push(...question.args);
  }
  const input = Buffer.from(question?.input ?? "");
  const asked = Date.now();
  const ended: Ended = await host.run(scripts.join("\n"), args, { input, timeout: MOST_TIME });
  const answered = Date.now();
  const [first = "", ofBatch = ""] = ended.stdout.split(SEAM);
  if (!first.includes("base\t")) {
    const said = ended.stderr.trim().split("\n").at(-1);
    throw new RuntimeProblem(`${host.name} cannot be examined: ${said || `exit code ${ended.code}`}`);
  }
  // `batch` is empty where there is no batch system; the times are milliseconds since 1970.
  return { host: first, batch: ofBatch, asked, answered };
}
