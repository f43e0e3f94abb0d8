import { execFile } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { RuntimeProblem } from "../../system/problem.js";
import type { SshSettings } from "./settings.js";
import { expandPath } from "./tokens.js";

export interface KnownKey {
  readonly file: string;
  /** `@revoked` and `@cert-authority` lines are about keys, too */
  readonly marker: "" | "@revoked" | "@cert-authority";
  /** `ssh-ed25519`, `ssh-rsa` … */
  readonly type: string;
  /** in base64 */
  readonly key: string;
  /** whether it stands under the name without the port, which `ssh` accepts if the key is the same */
  readonly withoutPort: boolean;
}

export function knownName(settings: SshSettings): string {
  const alias = settings.one("hostkeyalias");
  if (alias !== undefined) return alias;
  const host = settings.hostname.toLowerCase();
  return settings.port === 22 ? host : `[${host}]:${settings.port}`;
}

function filesOf(settings: SshSettings, key: string): string[] {
  // ssh prints their names as they are, blanks included.
  const files = settings.one(key)?.split(/\s+(?=[/~%]|none\b)/) ?? [];
  return files.filter((file) => file !== "none").map((file) => expandPath(file, settings));
}

/** What is known of a host, in all files. Names may be hashed there: `ssh-keygen` finds them. */
export async function findKnownKeys(settings: SshSettings): Promise<readonly KnownKey[]> {
  const name = knownName(settings);
  const bare = settings.hostname.toLowerCase();
  const names = name === `[${bare}]:${settings.port}` ? [name, bare] : [name];
  const files = ["userknownhostsfile", "globalknownhostsfile"]
    .flatMap((key) => filesOf(settings, key))
    .filter(existsSync);
  const searches = files.flatMap((file) => names.map((each) => search(file, each, each !== name)));
  return (await Promise.all(searches)).flat();
}

async function search(file: string, name: string, withoutPort: boolean): Promise<KnownKey[]> {
  const words = ["-F", name, "-f", file];
  // A program that was killed says nothing of what is known, and a host is not to be called unknown for it.
  const text = await askKeygen(words).catch(() => askKeygen(words));
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.flatMap((line) => parseLine(line, file, withoutPort));
}

function askKeygen(words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("ssh-keygen", words, (error, stdout) => {
      // It exits 1 where it finds nothing, and for a file that it cannot read: nothing is known then.
      if (!error || typeof error.code === "number") resolve(stdout);
      else if (error.signal) {
        const hint = "run the same command again; if it happens again, look into who ends it";
        reject(new RuntimeProblem(`ssh-keygen, which is asked for known hosts, was ended by ${error.signal}`, hint));
      } else reject(error);
    });
  });
}

function parseLine(line: string, file: string, withoutPort: boolean): KnownKey[] {
  const [, marker = "", type, key] = /^(?:(@\S+)\s+)?\S+\s+(\S+)\s+(\S+)/.exec(line) ?? [];
  if (type === undefined || key === undefined) return [];
  return [{ file, marker: marker as KnownKey["marker"], type, key, withoutPort }];
}

/** Adds a key to the user's first known_hosts file. @returns the file; `undefined` if the configuration names none */
export function rememberKey(settings: SshSettings, type: string, key: string): string | undefined {
  const [file] = filesOf(settings, "userknownhostsfile");
  if (file === undefined) return undefined;
  if (file === "/dev/null") return file;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const torn = existsSync(file) && !/(^|\n)$/.test(readFileSync(file, "utf8"));
  appendFileSync(file, `${torn ? "\n" : ""}${knownName(settings)} ${type} ${key}\n`, { mode: 0o600 });
  return file;
}
