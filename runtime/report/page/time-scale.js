/* Where bins and times lie on an axis from the left to the right: segments of time with gaps between them. */

/** The room between two segments, in bins. */
const GAP = 6;

export class TimeScale {
  constructor(segments) {
    this.segments = segments;
    const last = segments[segments.length - 1];
    this.bins = last.bin + last.bins;
    /** how wide all is, in bins */
    this.width = this.bins + GAP * (segments.length - 1);
  }

  /** Where a segment begins, in bins. */
  startOf(segment) {
    return this.segments[segment].bin + GAP * segment;
  }

  /** Where a time lies in a segment, in bins. */
  placeOf(segment, time) {
    const { from, to, bins } = this.segments[segment];
    return this.startOf(segment) + ((time - from) / (to - from)) * bins;
  }

  /** What lies at a place: a segment, its bin and the time; undefined in a gap. */
  at(place) {
    for (let number = 0; number < this.segments.length; number += 1) {
      const { from, to, bin, bins } = this.segments[number];
      const within = place - this.startOf(number);
      if (within < 0 || within >= bins) continue;
      return { segment: number, bin: bin + Math.floor(within), time: from + (within / bins) * (to - from) };
    }
    return undefined;
  }

  /** Numbers by bin with their places, and null in each gap. */
  spread(values) {
    const [places, spread] = [[], []];
    this.segments.forEach(({ bin, bins }, number) => {
      for (let i = 0; i < bins; i += 1) {
        places.push(this.startOf(number) + i);
        spread.push(values[bin + i]);
      }
      if (number === this.segments.length - 1) return;
      places.push(this.startOf(number) + bins);
      spread.push(null);
    });
    return [places, spread];
  }
}
