import { createHash } from "node:crypto";
import { RuntimeProblem } from "../../system/problem.js";
import { type KnownKey, knownName, rememberKey } from "./known-hosts.js";
import type { SshSettings } from "./settings.js";

/**
 * Judges the key that a host shows. A key nobody knows may be taken down where the configuration
 * (`StrictHostKeyChecking accept-new` or `no`) or the caller says so; one that has changed never is.
 *
 * @param key as the ssh protocol has it
 * @returns what is wrong with it; `undefined` if it may be trusted
 */
export function judgeHostKey(
  settings: SshSettings,
  known: readonly KnownKey[],
  key: Buffer,
  acceptNew: boolean,
): RuntimeProblem | undefined {
  const type = key.toString("latin1", 4, 4 + key.readUInt32BE(0));
  const text = key.toString("base64");
  const shown = `${type} ${fingerprint(key)}`;
  const same = known.filter((each) => each.type === type && each.key === text);

  if (same.some(({ marker }) => marker === "@revoked")) {
    const hint = "do not connect; ask those who run it which key is right";
    return new RuntimeProblem(`the host key of ${settings.alias} (${shown}) is marked as revoked`, hint);
  }
  if (same.some(({ marker }) => marker === "")) return undefined;

  const others = known.filter(({ marker, withoutPort }) => marker === "" && !withoutPort);
  if (others.length > 0) return changed(settings, shown, others);

  if (acceptNew || ["accept-new", "no", "off", "false"].includes(settings.one("stricthostkeychecking") ?? "")) {
    if (rememberKey(settings, type, text) !== undefined) return undefined;
  }
  if (known.some(({ marker }) => marker === "@cert-authority")) {
    const message = `${settings.alias} is known by a certificate authority, and the built-in ssh knows keys alone (it shows ${shown})`;
    return new RuntimeProblem(message, 'let your own ssh connect: ssh: "openssh" in the target');
  }
  return new RuntimeProblem(
    `the host key of ${settings.alias} is not known; it shows ${shown}`,
    `compare it with what those who run it say, and connect once by hand: ssh ${settings.alias}; ` +
      "or have new keys taken down unseen: --accept-new-host-key (deploy, run, doctor), or StrictHostKeyChecking accept-new in your ssh configuration",
  );
}

function changed(settings: SshSettings, shown: string, others: readonly KnownKey[]): RuntimeProblem {
  const files = [...new Set(others.map(({ file }) => file))];
  const removals = files.map((file) => `ssh-keygen -R '${knownName(settings)}' -f '${file}'`).join("; ");
  const expected = others.map((each) => `${each.type} ${fingerprint(Buffer.from(each.key, "base64"))}`).join(", ");
  return new RuntimeProblem(
    `the host key of ${settings.alias} has changed: it shows ${shown}, and known is ${expected}`,
    `somebody may be listening in: ask those who run it whether the key is new; if so: ${removals}; then connect once by hand: ssh ${settings.alias}`,
  );
}

function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}
