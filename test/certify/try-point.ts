import { damage } from "./at-rest.js";
import type { Baseline } from "./baseline.js";
import type { Case } from "./case.js";
import { judge, judgeEnd, type Wrong } from "./judge.js";
import { isDamage, isPause, type Point, staysBad } from "./point.js";
import { DEPLOY } from "./scenarios.js";
import type { VerbEnd } from "./verbs.js";

/** What came of a point. */
export interface Tried {
  readonly point: Point;
  /** false: the place was not reached, which says nothing */
  readonly hit: boolean;
  readonly wrong: Wrong;
  /** the last words of the verb that was disturbed */
  readonly said: string;
  readonly seconds: number;
}

/** Tries a point in a fresh case. */
export async function tryPoint(tried: Case, baseline: Baseline, point: Point): Promise<Tried> {
  const since = performance.now();
  await tried.prepare();
  const outcome = isDamage(point.fault)
    ? await tryDamage(tried, baseline, point)
    : await tryFault(tried, baseline, point);
  return { point, ...outcome, seconds: (performance.now() - since) / 1000 };
}

type Outcome = Pick<Tried, "hit" | "wrong" | "said">;

async function tryFault(tried: Case, baseline: Baseline, point: Point): Promise<Outcome> {
  const wrongMeanwhile: Wrong = new Map();
  let others: Promise<void> | undefined;
  const meanwhile = async () => {
    const begun = tried.waitForStart();
    const judgeOther = (end?: VerbEnd) => end && judgeEnd(wrongMeanwhile, tried, baseline, end, point);
    others = Promise.all([tried.verb(DEPLOY).then(judgeOther), tried.startManager().then(judgeOther)]).then(() => {});
    await (point.fault === "pause" ? others : Promise.race([others, begun]));
  };
  const first = await tried.traced(tried.scenario.verb, point, isPause(point.fault) ? meanwhile : undefined);
  if (!first.hit) return { hit: false, wrong: new Map(), said: "" };
  await others;
  if (staysBad(point.fault)) await tried.mendDisk();
  const wrong = await judge(tried, baseline, first, point);
  return { hit: true, wrong: new Map([...wrongMeanwhile, ...wrong]), said: lastWords(first) };
}

/** Of a state file that is damaged at rest: what was known in it alone may run again, and what nothing can go on from is refused in words. */
async function tryDamage(tried: Case, baseline: Baseline, point: Point): Promise<Outcome> {
  if (!damage(tried, point)) return { hit: false, wrong: new Map(), said: "" };
  let first = await tried.verb(DEPLOY);
  const said = lastWords(first);
  const wasRefused = first.code === 1;
  if (wasRefused) {
    const out = await tried.verb(["clean", "--reset"]);
    if (out.code !== 0)
      return {
        hit: true,
        wrong: new Map([["stuck", `clean --reset: ${lastWords(out)}; deploy before it: ${said}`]]),
        said,
      };
    // Who this checkout is may have been lost with it.
    first = await tried.verb(said.includes("--take-over") ? [...DEPLOY, "--take-over"] : DEPLOY);
  }
  const wrong = await judge(tried, baseline, first, point, wasRefused);
  if (/ledger|journal|\/runs/.test(point.place)) wrong.delete("rerun");
  return { hit: true, wrong, said };
}

function lastWords({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): string {
  return (stderr.trim() || stdout.trim()).slice(-300);
}
