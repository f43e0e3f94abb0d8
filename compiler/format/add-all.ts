/** Adds all of them to a list. `push(...more)` has each on the stack, and ends the program with some 125,000 of them. */
export function addAll<T>(list: T[], more: Iterable<T>): void {
  for (const one of more) list.push(one);
}
