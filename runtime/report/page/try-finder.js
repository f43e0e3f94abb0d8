/** Finds the try of a row that ran at a time. */
export class TryFinder {
  #first = [];
  #starts;
  #tries;

  constructor({ tries, segments }) {
    this.#tries = tries;
    this.#starts = new Float64Array(tries.starts.length);
    let at = 0;
    for (const count of tries.counts) {
      this.#first.push(at);
      let time = segments[0].from;
      for (const end = at + count; at < end; at += 1) {
        time += tries.starts[at];
        this.#starts[at] = time;
      }
    }
    this.#first.push(at);
  }

  /** The try that ran then, or the nearest within some milliseconds; undefined if there is none. */
  find(lane, time, near) {
    let [low, high] = [this.#first[lane], this.#first[lane + 1]];
    const [first, end] = [low, high];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle] <= time) low = middle + 1;
      else high = middle;
    }
    const candidates = [low - 1, low, low - 2].filter((i) => i >= first && i < end);
    const distance = (i) => {
      const [from, to] = [this.#starts[i], this.#starts[i] + this.#tries.lengths[i]];
      return time < from ? from - time : Math.max(0, time - to);
    };
    const best = candidates.sort((a, b) => distance(a) - distance(b))[0];
    if (best === undefined || distance(best) > near) return undefined;
    return { start: this.#starts[best], length: this.#tries.lengths[best], job: this.#tries.jobs[best] };
  }
}
