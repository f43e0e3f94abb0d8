/** What the target has already of what is to be sent. */
export interface Inventory {
  /** sha256 of the bundle's files, by name */
  readonly bundle: ReadonlyMap<string, string>;
  /** `<digest>/<name>` */
  readonly shared: ReadonlySet<string>;
  /** bytes, by path in `incoming/` */
  readonly incoming: ReadonlyMap<string, number>;
}

/** Reads what `list-arrived.sh` prints. */
export function readInventory(text: string): Inventory {
  const bundle = new Map<string, string>();
  const shared = new Set<string>();
  const incoming = new Map<string, number>();
  for (const record of text.split("\0")) {
    const [kind = "", first = "", ...rest] = record.split(" ");
    if (kind === "shared") shared.add([first, ...rest].join(" "));
    else if (kind === "incoming") incoming.set(rest.join(" "), Number(first));
    else if (/^[0-9a-f]{64}$/.test(kind)) bundle.set(rest.join(" ").slice("bundle/".length), kind);
  }
  return { bundle, shared, incoming };
}
