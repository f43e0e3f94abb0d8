import { execFileSync, spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runClusterScript } from "./run-script.js";
import { cutSessions, type SessionSignal } from "./sshd-sessions.js";

/** A real sshd on loopback, which one test file has to itself; it ends with the file. */
export interface Sshd {
  readonly port: number;
  /** the account that it lets in, and what a login needs */
  readonly user: string;
  readonly home: string;
  readonly password: string;
  /** private key file; without a passphrase, and authorized */
  readonly identity: string;
  /** public host key, as in a known_hosts file: `ssh-ed25519 AAAA…` */
  readonly hostKey: string;
  /** a folder for the test's own files; those who log in can read it */
  readonly folder: string;
  /** an ssh configuration in which this server is `lab`, and known */
  readonly config: string;
  /** for LOCUSTS_SSH_CONFIG */
  readonly environment: { readonly LOCUSTS_SSH_CONFIG: string };
  /** what it has logged */
  log(): string;
  /** Ends all connections at once, as a network does that goes away (`SIGKILL`), or freezes them. */
  cut(signal?: SessionSignal): void;
  /** The server itself goes; connections stay. */
  stop(): Promise<void>;
}

export interface SshdOptions {
  /** lines of sshd_config, which come before the usual ones and so win */
  readonly settings?: readonly string[];
  /** a server that has stopped: this one is that one again, by its port and its keys */
  readonly again?: Pick<Sshd, "port" | "folder">;
}

const running = new Set<() => void>();
process.once("exit", () => {
  for (const end of running) end();
});

/**
 * Starts an sshd, in about 0.2 s. No SLURM.
 *
 * @throws Error if it cannot be had; ask `noCluster` first
 */
export async function useSshd({ settings = [], again }: SshdOptions = {}): Promise<Sshd> {
  await runClusterScript("install.sh");
  const [facts = "", password = ""] = (await runClusterScript("account.sh")).split("\n");
  const [user = "", home = ""] = facts.split(" ");
  // Beside its home: `down` takes it away even if this process is killed.
  const folder = mkdtempSync(join(dirname(home), "sshd-"));
  execFileSync("chmod", ["755", folder]);
  const at = (name: string): string => join(folder, name);
  const identity = at("id");
  for (const key of ["id", "host_key"]) {
    if (again === undefined) makeKey(at(key));
    else for (const file of [key, `${key}.pub`]) copyFileSync(join(again.folder, file), at(file));
  }
  const hostKey = readFileSync(at("host_key.pub"), "utf8").split(" ").slice(0, 2).join(" ");
  writeFileSync(at("authorized_keys"), readFileSync(`${identity}.pub`));
  const port = again?.port ?? (await freePort());

  writeFileSync(at("known_hosts"), `[127.0.0.1]:${port} ${hostKey}\n`);
  const config = at("config");
  writeFileSync(config, hostEntry("lab", { port, user, identity, folder }));
  writeFileSync(
    at("sshd_config"),
    [
      ...settings,
      "ListenAddress 127.0.0.1",
      `Port ${port}`,
      `HostKey ${at("host_key")}`,
      "PidFile none",
      `AllowUsers ${user}`,
      `AuthorizedKeysFile ${at("authorized_keys")}`,
      // no path under /tmp is good enough for it
      "StrictModes no",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "UsePAM no",
      "UseDNS no",
      "PrintMotd no",
      "MaxAuthTries 20",
      "",
    ].join("\n"),
  );

  // where it separates its privileges
  mkdirSync("/run/sshd", { recursive: true });
  const server = spawn("/usr/sbin/sshd", ["-D", "-f", at("sshd_config"), "-E", at("log")], { stdio: "ignore" });
  // It is no reason to go on; the exit handler ends it.
  server.unref();
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const pid = server.pid ?? 0;
  const cut = (signal: SessionSignal = "SIGKILL"): void => cutSessions(pid, signal);
  const end = (): void => {
    cut();
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  running.add(end);
  await untilListening(port, at("log"), () => server.exitCode);

  return {
    ...{ port, user, home, password, identity, hostKey, folder, config, cut },
    environment: { LOCUSTS_SSH_CONFIG: config },
    log: () => readFileSync(at("log"), "utf8"),
    stop: () => {
      server.kill();
      return ended;
    },
  };
}

/** Part of an ssh configuration: `alias` is this server. The lines come first, and so win. */
export function hostEntry(
  alias: string,
  server: Pick<Sshd, "port" | "user" | "identity" | "folder">,
  lines: readonly string[] = [],
): string {
  return [
    `Host ${alias}`,
    ...lines,
    "HostName 127.0.0.1",
    `Port ${server.port}`,
    `User ${server.user}`,
    `IdentityFile ${server.identity}`,
    "IdentitiesOnly yes",
    "IdentityAgent none",
    `UserKnownHostsFile ${join(server.folder, "known_hosts")}`,
    "GlobalKnownHostsFile /dev/null",
    "",
  ].join("\n  ");
}

/** Makes a pair of ed25519 keys (`file` and `file.pub`), and returns `file`. */
export function makeKey(file: string, passphrase = ""): string {
  const made = spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", "test", "-f", file]);
  if (made.status !== 0) throw new Error(`ssh-keygen: ${made.stderr}`);
  return file;
}

/**
 * A port on 127.0.0.1 that nobody listens on, nor is given to anybody by the system: a server that
 * stops and starts again wants the same one, and other tests ask for ports at the same time.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

async function untilListening(port: number, log: string, exitCode: () => number | null): Promise<void> {
  for (let tries = 0; tries < 200 && exitCode() === null; tries++) {
    const listens = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (listens) return;
    await sleep(25);
  }
  throw new Error(`sshd does not start: ${readFileSync(log, "utf8")}`);
}
