import { Case } from "./case.js";
import type { Lab } from "./lab.js";
import { type Scenario, scenarioNamed } from "./scenarios.js";
import { Sites } from "./site.js";
import { Verbs } from "./verbs.js";

let cases = 0;

/** Works on one case at a time. */
export class Worker {
  readonly #verbs: Verbs;
  readonly #sites: Sites;

  constructor(readonly lab: Lab) {
    this.#verbs = new Verbs(lab.program);
    this.#sites = new Sites(lab.tracer);
  }

  /** Does something with a fresh case, and leaves nothing of it. */
  async use<T>(scenario: Scenario | string, action: (tried: Case) => Promise<T>, keep = false): Promise<T> {
    const what = typeof scenario === "string" ? scenarioNamed(scenario) : scenario;
    const tried = new Case(this.lab, this.#verbs, await this.#sites.at(what.where), what, `${what.name}-${++cases}`);
    try {
      return await action(tried);
    } finally {
      await tried.end();
      if (!keep) tried.remove();
    }
  }

  close(): void {
    this.#verbs.close();
  }
}
