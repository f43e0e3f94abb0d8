/** Room on a file system; undefined where it does not tell. */
export interface Room {
  readonly bytes: number | undefined;
  readonly inodes: number | undefined;
  /** kind of file system: `nfs4`, `lustre` … */
  readonly type: string;
  readonly source: string;
}

export interface HostFacts {
  readonly bash: string;
  /** the host's clock, in milliseconds since 1970; undefined if it has not told */
  readonly time: number | undefined;
  readonly user: string;
  readonly groups: readonly string[];
  /** undefined if it has not told */
  readonly cores: number | undefined;
  /** where logind ends what a login leaves behind: whether that is so for this account, or it lingers */
  readonly leftBehind: "ended" | "lingers" | undefined;
  readonly missing: readonly string[];
  /** programs that are there, and are not GNU's */
  readonly notGnu: readonly string[];
  /** whether it knows `module`; true where none is needed */
  readonly hasModules: boolean;
  readonly missingModules: readonly string[];
  /** id and name of the checkout that the swarm's folder belongs to */
  readonly owner: { readonly id: string; readonly name: string } | undefined;
  /** the nearest folder to the swarm's own that exists */
  readonly base: string;
  /** why nothing can be written there; undefined if it can */
  readonly unwritable: string | undefined;
  readonly room: Room | undefined;
  /** bytes in the swarm's folder, where they matter */
  readonly present: number;
  /** lines of `quota` or `lfs quota` */
  readonly quotas: readonly string[];
}

const KB = 1024;

function readRoom(text: string | undefined): Room | undefined {
  const match = /^\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(.*)$/.exec(text ?? "");
  if (!match) return undefined;
  const [, kilobytes = "", inodes = "", allInodes = "", type = "", source = ""] = match;
  return {
    bytes: /^\d+$/.test(kilobytes) ? Number(kilobytes) * KB : undefined,
    // Some file systems make inodes as they need them, and say 0 of 0, or "-".
    inodes: /^\d+$/.test(inodes) && Number(allInodes) > 0 ? Number(inodes) : undefined,
    type,
    source: source.trim(),
  };
}

/** Reads what `examine-host.sh` has printed. */
export function readHostFacts(text: string): HostFacts {
  const all = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [name = "", value] = line.split("\t");
    if (value !== undefined) all.set(name, [...(all.get(name) ?? []), value]);
  }
  const many = (name: string) => all.get(name) ?? [];
  const one = (name: string) => many(name)[0];
  const seconds = Number(one("time") ?? Number.NaN);
  const id = one("owner-id");
  return {
    bash: one("bash") ?? "",
    time: Number.isFinite(seconds) ? seconds * 1000 : undefined,
    user: one("user") ?? "",
    groups: (one("groups") ?? "").split(" "),
    cores: Number(one("cores")) || undefined,
    leftBehind: (["ended", "lingers"] as const).find((word) => word === one("left-behind")),
    missing: many("missing"),
    notGnu: many("not-gnu"),
    hasModules: one("modules") !== "none",
    missingModules: many("no-module"),
    owner: id ? { id, name: one("owner") ?? "" } : undefined,
    base: one("base") ?? "",
    unwritable: one("unwritable"),
    room: readRoom(one("room")),
    present: Number(one("present") ?? 0) * KB,
    quotas: many("quota"),
  };
}
