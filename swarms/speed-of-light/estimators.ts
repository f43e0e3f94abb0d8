function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

/** Ways to make one number of many measurements. */
export const estimators: Readonly<Record<string, (values: readonly number[]) => number>> = {
  mean,
  median: (values) => {
    const middle = (values.length - 1) / 2;
    return mean(ascending(values).slice(Math.floor(middle), Math.ceil(middle) + 1));
  },
  /** the mean without the lowest and the highest tenth */
  trimmed: (values) => {
    const tenth = Math.floor(values.length / 10);
    return mean(ascending(values).slice(tenth, values.length - tenth));
  },
};
