import { openOptions } from "../../compiler/format/sbatch-options.js";
import type { Host } from "../hosts/host.js";
import { loadScript } from "../hosts/load-script.js";
import type { Ended } from "../hosts/script/script-run.js";
import { RuntimeProblem } from "../system/problem.js";
import { countSubmitted, type Needs } from "./facts/needs.js";
import { writeBatchScript } from "./slurm/pilot-request.js";

/** What a host has answered, as text. */
export interface HostAnswer {
  /** of `examine-host.sh` */
  readonly host: string;
  /** of `examine-slurm.sh`; empty where there is no SLURM */
  readonly slurm: string;
  /** when it was asked and when the answer was there, in milliseconds since 1970 */
  readonly asked: number;
  readonly answered: number;
}

/** Between what the two scripts print. */
const SEAM = "\u001d";
/** For a host that is there, and does not come to an end: a file system that hangs, say. In milliseconds. */
const MOST_TIME = 150_000;

/**
 * Asks a host for all that can be asked in one round trip. Under SLURM, an array of as many pilots
 * is shown to `sbatch --test-only` as would be submitted.
 *
 * @param directory the swarm's folder is below it; or, with `own`, is it
 * @throws RuntimeProblem if the host cannot be reached
 * @throws ConnectionLost if it does not answer
 */
export async function askHostFacts(host: Host, directory: string, needs: Needs, own = false): Promise<HostAnswer> {
  const { pilots, budget } = needs;
  const args = [
    directory,
    own ? "" : needs.swarm,
    needs.commands.join("\n"),
    needs.modules.join("\n"),
    String(Math.ceil(budget.bytes / 1024)),
  ];
  const scripts = [loadScript("doctor/examine-host")];
  if (pilots) {
    args.push(String(countSubmitted(pilots)), ` ${openOptions(pilots.directives).join(" ")} `);
    scripts.push(`printf '${SEAM}'`, `shift 5`, loadScript("doctor/slurm/examine-slurm"));
  }
  const input = Buffer.from(pilots ? writeBatchScript(pilots.directives) : "");
  const asked = Date.now();
  const ended: Ended = await host.run(scripts.join("\n"), args, { input, timeout: MOST_TIME });
  const answered = Date.now();
  const [first = "", slurm = ""] = ended.stdout.split(SEAM);
  if (!first.includes("base\t")) {
    const said = ended.stderr.trim().split("\n").at(-1);
    throw new RuntimeProblem(`${host.name} cannot be examined: ${said || `exit code ${ended.code}`}`);
  }
  return { host: first, slurm, asked, answered };
}
