/** What happens at a point. */
export const FAULTS = [
  /** the process is killed, instead of the call */
  "kill",
  /** all processes of the run are, at once */
  "kill-all",
  /** the command line and the manager are, at once; slots and jobs live on for a moment */
  "kill-top",
  /** the one that makes the call stops there, and goes on when somebody else has deployed */
  "pause",
  /** it goes on when the first job of the other one starts */
  "pause-part",
  /** this one call fails */
  ...(["ENOSPC", "EDQUOT", "EIO", "EAGAIN", "ENOMEM"] as const),
  /** this one and all later calls that need room, of all processes, jobs too; with EIO: all that change files */
  ...(["from-then:ENOSPC", "from-then:EDQUOT", "from-then:EIO"] as const),
  /** half of what is to be written is, and then the disk is full */
  "half",
] as const;

/** What happens to a state file while nothing runs. */
export const DAMAGES = ["removed", "emptied", "halved", "torn", "garbled"] as const;

export type Fault = (typeof FAULTS)[number];
export type Damage = (typeof DAMAGES)[number];

/** One fault at one exact place of one scenario. */
export interface Point {
  readonly scenario: string;
  readonly fault: Fault | Damage;
  /** which call of its class, from 1 */
  readonly nth: number;
  /** a class of calls, `ROLE|CALL|PATH`; of damages `at-rest|file|PATH`. Digits of paths are folded to N, hashes to H */
  readonly place: string;
}

export function isDamage(fault: Fault | Damage): fault is Damage {
  return (DAMAGES as readonly string[]).includes(fault);
}

export function roleOf({ place }: Point): string {
  return place.slice(0, place.indexOf("|"));
}

/** Is it about a disk that stays bad for a while? */
export function staysBad(fault: Fault | Damage): boolean {
  return fault === "half" || fault.startsWith("from-then:");
}

export function isPause(fault: Fault | Damage): boolean {
  return fault === "pause" || fault === "pause-part";
}

/** A point in one text, as `--point` takes it. */
export function formatPoint({ scenario, fault, nth, place }: Point): string {
  return `${scenario} ${fault} ${nth} ${place}`;
}

/** @throws Error if the text is none */
export function parsePoint(text: string): Point {
  const [, scenario, fault, nth, place] = /^(\S+) (\S+) (\d+) (\S+\|\S+\|\S+)$/.exec(text) ?? [];
  if (!scenario || !place || !([...FAULTS, ...DAMAGES] as string[]).includes(fault ?? "")) {
    throw new Error(`not a point: ${text}\n  it is SCENARIO FAULT NTH ROLE|CALL|PATH, as the table prints it`);
  }
  return { scenario, fault: fault as Fault, nth: Number(nth), place };
}

const NEEDS_ROOM = new Set([
  "create",
  "create+empty",
  "write",
  "mkdir",
  "link",
  "symlink",
  "rename",
  "copy",
  "truncate",
]);
const KILLS: readonly Fault[] = ["kill", "kill-all", "kill-top"];
const ENDS_AND_PAUSE: readonly Fault[] = [...KILLS, "pause", "pause-part"];

/** The faults that a call can have. */
export function faultsFor(call: string): readonly Fault[] {
  if (call === "send") return KILLS;
  if (call === "fork") return [...ENDS_AND_PAUSE, "EAGAIN"];
  if (call === "exec") return [...ENDS_AND_PAUSE, "ENOMEM"];
  if (call === "close") return ["EDQUOT", "EIO"];
  const full: readonly Fault[] =
    NEEDS_ROOM.has(call) || call === "fsync" ? ["ENOSPC", "from-then:ENOSPC", "from-then:EDQUOT"] : [];
  return [...ENDS_AND_PAUSE, "EIO", "from-then:EIO", ...full, ...(call === "write" ? (["half"] as const) : [])];
}
