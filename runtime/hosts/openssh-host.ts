import { execFile, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RuntimeProblem } from "../system/problem.js";
import type { Host, HostOptions } from "./host.js";
import { abandonStart, driveScript, StartRefused } from "./script/drive-script.js";
import { type PackedScript, packScript } from "./script/packed-script.js";
import { ConnectionLost, type Ended, type RunOptions } from "./script/script-run.js";
import { startProcess } from "./script/start-process.js";
import type { StartLimits } from "./script/start-watch.js";
import { explainOpenssh } from "./ssh/explain-openssh.js";
import { connectPatiently, noSession, Unreachable } from "./ssh/problems.js";
import { configurationWords, readSettings } from "./ssh/settings.js";
import { hasTerminal } from "./ssh/terminal.js";
import { Turns } from "./ssh/turns.js";

/** How often a server may refuse the only session, and what lies in between, in milliseconds. */
const MOST_REFUSED = 10;
const BETWEEN_REFUSED = 100;

/**
 * Another machine, over the user's own `ssh`: whatever logs in there logs in here, Kerberos, certificates and hardware
 * keys too. All runs share one connection: the user's own, where a ControlMaster is open already, or else one of ours.
 * A script that a signal ended has exit code 255 here, since that is what `ssh` makes of it.
 */
export class OpensshHost implements Host {
  readonly #turns = new Turns();
  readonly #options: HostOptions;
  #master: Promise<Master> | undefined;
  #wasConnected = false;
  readonly #limits: StartLimits;

  /** @param name a `Host` of the user's ssh configuration, `user@name`, or `ssh://user@name:port` */
  constructor(
    readonly name: string,
    options: HostOptions = {},
  ) {
    this.#options = options;
    this.#limits = { timeout: options.startTimeout, onSlow: options.onSlowStart, isRefused, hasWorked: false };
  }

  async run(script: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Ended> {
    const packed = packScript(script, args);
    let alone = 0;
    for (;;) {
      const endTurn = await this.#turns.take();
      try {
        return await this.#runOnce(packed, options);
      } catch (error) {
        if (!(error instanceof StartRefused)) throw abandonStart(options, error); // also where it has not come to a script
        // A server may allow fewer sessions than we try, and count one that has just ended for a moment longer.
        if (this.#turns.lower()) alone += 1;
        if (alone > MOST_REFUSED) throw abandonStart(options, noSession(this.name, "it opens no session", error));
      } finally {
        endTurn();
      }
      await sleep(BETWEEN_REFUSED);
    }
  }

  async #runOnce(packed: PackedScript, options: RunOptions): Promise<Ended> {
    const master = await this.#openMaster();
    // Where the shared connection is gone, ssh would make one of its own for this script alone.
    const args = ["-T", ...master.args, ...AS_GUEST, "-o", "ProxyCommand=false", "--", this.name, packed.commandLine];
    const child = spawn("ssh", args, { stdio: ["pipe", "pipe", "pipe"], detached: true });
    const started = startProcess(child, noSsh);
    const ended = started.ended.then(async (exit) => {
      // ssh's own failure; a script may end with 255, too, and then the connection is still there
      if (exit.code !== 255 || (await this.#isAlive(master))) return exit;
      throw new ConnectionLost(`the connection to ${this.name} broke`);
    });
    ended.catch(() => {});
    return driveScript({ ...started, ended }, packed, options, this.name, this.#limits);
  }

  close(): void {
    this.#master?.then(
      (master) => master.close(),
      () => {},
    );
    this.#master = undefined;
  }

  /** The shared connection: the one that there is, if it is alive, or a new one. */
  async #openMaster(): Promise<Master> {
    for (let tries = 1; ; tries++) {
      this.#master ??= this.#connect();
      const asked = this.#master;
      const master = await asked;
      if (await this.#isAlive(master)) return master;
      // Several runs may find at once that it is dead.
      if (this.#master === asked) {
        this.#master = undefined;
        master.close();
      }
      if (tries === 2) throw new ConnectionLost(`the connection to ${this.name} broke as soon as it was made`);
    }
  }

  async #connect(): Promise<Master> {
    try {
      const master = (await this.#findMaster()) ?? (await connectPatiently(() => this.#startMaster()));
      this.#wasConnected = true;
      return master;
    } catch (error) {
      this.#master = undefined;
      if (this.#wasConnected && error instanceof Unreachable) {
        throw new ConnectionLost(error.message, { cause: error });
      }
      throw error;
    }
  }

  /** The user's own, if one is open. It is not ours to close. */
  async #findMaster(): Promise<Master | undefined> {
    const settings = await readSettings({ name: this.name });
    if (settings.one("controlpath") === undefined) return undefined;
    const master = { args: configurationWords(), close: () => {} };
    return (await this.#isAlive(master)) ? master : undefined;
  }

  async #startMaster(): Promise<Master> {
    const settings = await readSettings({ name: this.name });
    // A socket's path may have about 100 characters.
    const parent = tmpdir().length > 60 ? "/tmp" : tmpdir();
    const folder = mkdtempSync(join(parent, "locusts-ssh-"));
    const args = [...configurationWords(), "-o", `ControlPath=${join(folder, "control")}`];
    const login = ["-M", "-N", "-f", "-T", ...args, "-o", "ControlPersist=no", "-o", "ExitOnForwardFailure=no"];
    login.push(...NO_COMMAND, "-o", "ClearAllForwardings=yes", "-o", `BatchMode=${hasTerminal() ? "no" : "yes"}`);
    if (settings.milliseconds("serveraliveinterval") === undefined) login.push("-o", "ServerAliveInterval=15");
    if (this.#options.acceptNewHostKey) login.push("-o", "StrictHostKeyChecking=accept-new");

    const end = (): void => {
      process.off("exit", end);
      spawnSync("ssh", [...args, "-O", "exit", "--", this.name], { stdio: "ignore" });
      rmSync(folder, { recursive: true, force: true });
    };
    process.once("exit", end);
    try {
      await logIn([...login, "--", this.name], this.name);
    } catch (error) {
      end();
      throw error;
    }
    return { args, close: end };
  }

  #isAlive({ args }: Pick<Master, "args">): Promise<boolean> {
    return new Promise((resolve) => {
      execFile("ssh", [...args, ...AS_GUEST, "-O", "check", "--", this.name], (error) => resolve(!error));
    });
  }
}

/** What the user's configuration has a login do is not for us. */
const NO_COMMAND = ["-o", "RemoteCommand=none"];

/** Whoever asks for the shared connection does not make one: it would stay, and wait for what never comes. */
const AS_GUEST = ["-o", "ControlMaster=no", ...NO_COMMAND];

interface Master {
  /** options by which `ssh` finds it */
  readonly args: readonly string[];
  close(): void;
}

/** With `-f`, ssh goes into the background as soon as it is logged in; it may ask on the terminal before. */
function logIn(args: readonly string[], name: string): Promise<void> {
  const child = spawn("ssh", args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(noSsh(error)));
    // Not `close`: the one in the background may hold the stream.
    child.once("exit", (code) => {
      setImmediate(() => {
        child.stderr.destroy();
        if (code === 0) resolve();
        else reject(explainOpenssh(name, said));
      });
    });
  });
}

/** Is it `ssh` that says so of a session that the server does not open? */
function isRefused(said: string): boolean {
  return /^mux_client_request_session: session request failed: /m.test(said);
}

function noSsh(error: Error): RuntimeProblem {
  return new RuntimeProblem("there is no ssh on this machine", "install it (Debian: openssh-client)", { cause: error });
}
