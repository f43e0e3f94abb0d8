const SUFFIXES = " KMGTP";

/** A time of `sbatch` (`90`, `1:30`, `2-12`, `1-00:00:00`) in seconds; undefined: none, or without a limit. */
export function readTime(text: string): number | undefined {
  const match = /^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$/.exec(text.trim());
  if (!match) return undefined;
  const [days, first = 0, second = 0, third] = match.slice(1).map((part) => (part ? Number(part) : undefined));
  if (days === undefined && third === undefined) return first * 60 + second;
  return (days ?? 0) * 86400 + first * 3600 + second * 60 + (third ?? 0);
}

/** Memory as SLURM writes it (`2000`, `2000M`, `1.5T`) in MB; undefined: none, or without a limit. */
export function readMebibytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([KMGTP]?)[BNCnc]?$/i.exec(text.trim());
  return match ? Number(match[1]) * 1024 ** (SUFFIXES.indexOf((match[2] || "M").toUpperCase()) - 2) : undefined;
}

/** A number, with a suffix that stands for thousands of bytes or so in generic resources. */
export function readCount(text: string): number | undefined {
  const match = /^(\d+)([KMGTP]?)$/i.exec(text);
  return match ? Number(match[1]) * 1024 ** SUFFIXES.indexOf((match[2] || " ").toUpperCase()) : undefined;
}

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
  return plain.split(",").flatMap((word) => {
    const [name = "", ...rest] = word.split(/[:=]/);
    const count = readCount(rest.at(-1) ?? "");
    const type = count === undefined ? rest[0] : rest.slice(0, -1)[0];
    return word === "" ? [] : { name, type: type || undefined, count: count ?? 1 };
  });
}

export function countResource(wanted: GenericResource, there: readonly GenericResource[]): number {
  return there
    .filter(({ name, type }) => name === wanted.name && (wanted.type === undefined || type === wanted.type))
    .reduce((sum, { count }) => sum + count, 0);
}

/** As the definition and SLURM write it: `gpu:a100:4`. */
export function sayResource({ name, type, count }: GenericResource): string {
  return [name, type, String(count)].filter((part) => part !== undefined).join(":");
}
