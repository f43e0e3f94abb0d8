import { readCount } from "./amounts.js";

/** A generic resource: `gpu:a100:4`. */
export interface GenericResource {
  readonly name: string;
  /** undefined: any */
  readonly type: string | undefined;
  readonly count: number;
}

/** Reads a list as `--gres` takes it and `sinfo` prints it: `gpu:a100:4(S:0-1),lscratch:800`. */
export function readGenericResources(text: string): GenericResource[] {
  if (text === "(null)" || text === "none") return [];
  const plain = text.replace(/\([^)]*\)/g, "").replace(/\bgres[/:]/g, "");
  return plain
    .split(",")
    .filter((word) => word !== "")
    .map((word) => {
      const [name = "", ...rest] = word.split(/[:=]/);
      const count = readCount(rest.at(-1) ?? "");
      const type = count === undefined ? rest[0] : rest.slice(0, -1)[0];
      return { name, type: type || undefined, count: count ?? 1 };
    });
}

/** How many of such a resource these are. */
export function countResource(wanted: GenericResource, there: readonly GenericResource[]): number {
  return there
    .filter(({ name, type }) => name === wanted.name && (wanted.type === undefined || type === wanted.type))
    .reduce((sum, { count }) => sum + count, 0);
}

/** As the definition and SLURM write it: `gpu:a100:4`. */
export function sayResource({ name, type, count }: GenericResource): string {
  return [name, type, String(count)].filter((part) => part !== undefined).join(":");
}
