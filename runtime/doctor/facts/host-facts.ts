import { Groups } from "../../../compiler/format/groups.js";
export type HostFacts = Readonly<ReturnType<typeof readHostFacts>>;

const KB = 1024;

/** Room on a file system; undefined where it does not tell. */
function readRoom(text: string | undefined) {
  const match = /^\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(.*)$/.exec(text ?? "");
  if (!match) return undefined;
  const [, kilobytes = "", inodes = "", allInodes = "", type = "", source = ""] = match;
  return {
    bytes: /^\d+$/.test(kilobytes) ? Number(kilobytes) * KB : undefined,
    // Some file systems make inodes as they need them, and say 0 of 0, or "-".
    inodes: /^\d+$/.test(inodes) && Number(allInodes) > 0 ? Number(inodes) : undefined,
    /** kind of file system: `nfs4`, `lustre` … */
    type,
    source: source.trim(),
  };
}

export function readHostFacts(text: string) {
  const all = new Groups<string, string>();
  for (const line of text.split("\n")) {
    const [name = "", value] = line.split("\t");
    if (value !== undefined) all.add(name, value);
  }
  const many = (name: string) => all.get(name) ?? [];
  const one = (name: string) => many(name)[0];
  const seconds = Number(one("time") ?? Number.NaN);
  const id = one("owner-id");
  return {
    bash: one("bash") ?? "",
    /** the host's clock, in milliseconds since 1970; undefined if it has not told */
    time: Number.isFinite(seconds) ? seconds * 1000 : undefined,
    user: one("user") ?? "",
    groups: (one("groups") ?? "").split(" "),
    cores: Number(one("cores")) || undefined,
    memoryMebibytes: Number(one("memory")) || undefined,
    /** undefined where no job needs one */
    gpus: one("gpus") === undefined ? undefined : Number(one("gpus")),
    /** where logind ends what a login leaves behind: whether that is so for this account, or it lingers */
    leftBehind: (["ended", "lingers"] as const).find((word) => word === one("left-behind")),
    missing: many("missing"),
    /** programs that are there, and are not GNU's */
    notGnu: many("not-gnu"),
    /** whether it knows `module`; true where none is needed */
    hasModules: one("modules") !== "none",
    missingModules: many("no-module"),
    missingPlaces: many("no-place"),
    /** the checkout that the swarm's folder belongs to */
    owner: id ? { id, name: one("owner") ?? "" } : undefined,
    /** the nearest folder to the swarm's own that exists, and why nothing can be written there; undefined if it can */
    base: one("base") ?? "",
    unwritable: one("unwritable"),
    room: readRoom(one("room")),
    /** bytes in the swarm's folder, where they matter */
    present: Number(one("present") ?? 0) * KB,
    quotas: many("quota"),
  };
}
