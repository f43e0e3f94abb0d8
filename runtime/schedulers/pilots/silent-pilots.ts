import type { QueueAnswer, Queued } from "./batch-system.js";
import { FAREWELL } from "./heartbeats.js";

/** So often a pilot is seen with the same heartbeat before it counts as silent: once may be chance. */
const SIGHTS = 3;

interface Sight {
  /** the newest incarnation of its manager, with its heartbeat */
  readonly mark: string;
  /** when it was first seen so, by a clock that nobody sets */
  readonly since: number;
  readonly times: number;
}

/**
 * Pilots that run, says the batch system, and give no heartbeat: their node hangs, as when a file system does not
 * answer there. Nothing ends them before their walltime does.
 */
export class SilentPilots {
  readonly #sights = new Map<string, Sight>();
  /** ids of those that were given up */
  readonly givenUp = new Set<string>();
  /** whether one may be silent: then it is to be looked at again soon */
  inDoubt = false;

  /** @param patience how long they may be silent, in milliseconds */
  constructor(readonly patience: number) {}

  /**
   * Those that are to be given up. It is never more than half of all pilots, if there are several: what hangs on
   * many nodes is not the nodes' fault.
   *
   * @param now by the same clock as in earlier calls, in milliseconds
   */
  find({ queued = [], submitted, heartbeats }: QueueAnswer, now: number): Queued[] {
    const places = submitted.reduce((most, { last }) => Math.max(most, last), 1);
    const most = Math.max(1, Math.floor(places / 2)) - this.givenUp.size;
    const silent: Queued[] = [];
    this.inDoubt = false;
    const running = queued.filter(({ id, node }) => node && !this.givenUp.has(id));
    for (const id of this.#sights.keys()) if (!running.some((pilot) => pilot.id === id)) this.#sights.delete(id);
    for (const pilot of running) {
      const mark = markOf(pilot.id, submitted, heartbeats);
      const before = this.#sights.get(pilot.id);
      const isSame = before !== undefined && mark !== undefined && before.mark === mark;
      const sight = isSame ? { ...before, times: before.times + 1 } : { mark: mark ?? "", since: now, times: 1 };
      this.#sights.set(pilot.id, sight);
      if (!isSame || now - sight.since < this.patience / 2) continue;
      this.inDoubt = true;
      if (sight.times >= SIGHTS && now - sight.since >= this.patience && silent.length < most) silent.push(pilot);
    }
    return silent;
  }
}

/** The newest incarnation in a pilot's place, with its heartbeat; undefined for one that has left. */
function markOf(id: string, submitted: QueueAnswer["submitted"], heartbeats: QueueAnswer["heartbeats"]) {
  const [array, element] = id.split("_");
  const first = submitted.find((one) => one.id === array)?.first;
  if (first === undefined || element === undefined) return undefined;
  const name = `p${first + Number(element) - 1}`;
  let newest = 0;
  while (heartbeats.has(`${name}.${newest + 1}`)) newest += 1;
  const beat = heartbeats.get(`${name}.${newest}`) ?? "";
  return FAREWELL.test(beat) ? undefined : `${newest} ${beat}`;
}
