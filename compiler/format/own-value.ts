/** What a table has under a name that somebody else has chosen: every object inherits a `constructor`, which is no part of it. */
export function ownValue<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
