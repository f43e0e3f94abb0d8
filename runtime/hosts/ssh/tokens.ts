import { createHash } from "node:crypto";
import { homedir, hostname, userInfo } from "node:os";
import type { SshSettings } from "./settings.js";

/** Puts in what `%h`, `%p` and their like stand for in an ssh configuration; `ssh -G` leaves them as they are. */
export function expandTokens(text: string, settings: SshSettings): string {
  const local = hostname();
  const values: Record<string, string> = {
    "%": "%",
    d: homedir(),
    h: settings.hostname,
    i: String(userInfo().uid),
    j: settings.one("proxyjump") ?? "",
    k: settings.one("hostkeyalias") ?? settings.alias,
    L: local.split(".")[0] ?? local,
    l: local,
    n: settings.alias,
    p: String(settings.port),
    r: settings.user,
    u: userInfo().username,
  };
  values.C = createHash("sha1").update([values.l, values.h, values.p, values.r, values.j].join("")).digest("hex");
  return text.replace(/%(.)/g, (whole, token: string) => values[token] ?? whole);
}

/** As `expandTokens`, for a path: with `~` and `${VARIABLE}`, too. */
export function expandPath(path: string, settings: SshSettings): string {
  return expandTokens(path, settings)
    .replace(/^~(?=\/|$)/, homedir())
    .replace(/\$\{(\w+)\}/g, (_whole, name: string) => process.env[name] ?? "");
}
