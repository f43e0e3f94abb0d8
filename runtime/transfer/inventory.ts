import type { Host } from "../hosts/host.js";
import { records, runScript } from "../hosts/run-script.js";
import type { UploadEntry } from "./upload-entries.js";

/** What the target has already of what is to be sent. */
export type Inventory = Readonly<ReturnType<typeof readInventory>>;

/** Reads what `list-arrived.sh` prints. */
export function readInventory(text: string) {
  /** sha256 of the bundle's files, by name */
  const bundle = new Map<string, string>();
  /** `<digest>/<name>` */
  const shared = new Set<string>();
  /** bytes, by path in `incoming/` */
  const incoming = new Map<string, number>();
  for (const record of text.split("\0")) {
    const [kind = "", first = "", ...rest] = record.split(" ");
    if (kind === "shared") shared.add([first, ...rest].join(" "));
    else if (kind === "incoming") incoming.set(rest.join(" "), Number(first));
    else if (/^[0-9a-f]{64}$/.test(kind)) bundle.set(rest.join(" ").slice("bundle/".length), kind);
  }
  return { bundle, shared, incoming };
}

/** Reads what `digest-files.sh` prints: `<sha256>  ./<path>`. @returns the digests by path */
export function readDigests(answer: Buffer): ReadonlyMap<string, string> {
  const records = answer.toString().split("\0");
  return new Map(records.map((record) => [record.slice(68), record.slice(0, 64)]));
}

/** Those of some entries that the target has otherwise than they were sent. @param there the swarm's folder there */
export async function findWrong(host: Host, there: string, entries: readonly UploadEntry[]): Promise<string[]> {
  const input = records(entries.map(({ path }) => `./${path}`));
  const digests = readDigests(await runScript(host, "transfer/digest-files", [`${there}/incoming`], { input }));
  return entries
    .filter((entry) => entry.kind === "file" && entry.sha256 !== digests.get(entry.path))
    .map(({ path }) => path);
}

/** What arrived in an earlier try, without what is as long as it should be and holds something else. */
export async function wholeAmong(
  host: Host,
  there: string,
  entries: readonly UploadEntry[],
  incoming: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, number>> {
  const whole = entries.filter(
    (entry) => entry.kind === "file" && entry.sha256 !== undefined && incoming.get(entry.path) === entry.bytes,
  );
  if (whole.length === 0) return incoming;
  const good = new Map(incoming);
  for (const path of await findWrong(host, there, whole)) good.delete(path);
  return good;
}
