import type { Case } from "./case.js";
import { listFolded, listOthers, listResults, type Manifest, readJobTable } from "./findings.js";
import { DEPLOY } from "./scenarios.js";

/** What an undisturbed run of a scenario comes to. */
export interface Baseline {
  /** how often its verb makes calls of each class, in the order of their first */
  readonly calls: ReadonlyMap<string, number>;
  readonly results: Manifest;
  readonly others: Manifest;
  readonly jobs: readonly string[];
  /** folded paths that are there after \`clean\` */
  readonly cleaned: ReadonlySet<string>;
}

/** @throws Error if the scenario does not do what it is to do even so */
export async function takeBaseline(tried: Case): Promise<Baseline> {
  const { scenario } = tried;
  const expected = scenario.failing.length > 0 ? 3 : 0;
  const must = (what: string, end: { code: unknown; stderr: string }, code: number) => {
    if (end.code !== code)
      throw new Error(`${scenario.name}: ${what} undisturbed ended with ${end.code}: ${end.stderr}`);
  };
  await tried.prepare();
  const calls = new Map<string, number>();
  if (!scenario.atRest) {
    const isDeploy = scenario.verb[0] === "deploy";
    const first = await tried.traced(scenario.verb);
    must(scenario.verb.join(" "), first, isDeploy ? expected : 0);
    for (const line of first.calls) {
      const [place = ""] = line.split("\t");
      calls.set(place, (calls.get(place) ?? 0) + 1);
    }
  }
  await tried.waitUntilQuiet(20_000);
  must("deploy", await tried.verb(DEPLOY), expected);
  const jobs = readJobTable(tried);
  const failed = jobs.filter((row) => !row.includes(" done ")).map((row) => row.split(" ")[0]);
  if (failed.join() !== scenario.failing.join())
    throw new Error(`${scenario.name}: undisturbed, jobs failed: ${failed}`);
  const [results, others] = [listResults(tried), listOthers(tried)];
  must("clean", await tried.verb(["clean"]), 0);
  return { calls, results, others, jobs, cleaned: new Set(listFolded(tried).keys()) };
}
