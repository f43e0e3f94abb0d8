import { setTimeout as sleep } from "node:timers/promises";
import type { ClientChannel } from "ssh2";
import { RuntimeProblem } from "../system/problem.js";
import type { Host, HostOptions } from "./host.js";
import { abandonStart, driveScript } from "./script/drive-script.js";
import { type PackedScript, packScript } from "./script/packed-script.js";
import { ConnectionLost, type Ended, type RunOptions, type StartedScript } from "./script/script-run.js";
import type { StartLimits } from "./script/start-watch.js";
import { type Answers, answers as answersOfProcess } from "./ssh/answers.js";
import { type Connection, connectThroughHops } from "./ssh/connect.js";
import { connectPatiently, noSession, Unreachable } from "./ssh/problems.js";
import { Turns } from "./ssh/turns.js";

export interface Ssh2Options extends HostOptions {
  /** who is asked for passphrases and the like, and what they said; the terminal unless given */
  readonly answers?: Answers;
}

/** Another machine, over the ssh client that comes with Locusts. One connection, made when it is needed. */
export class Ssh2Host implements Host {
  readonly #turns = new Turns();
  readonly #options: { readonly acceptNewHostKey: boolean; readonly answers: Answers };
  #connection: Promise<Connection> | undefined;
  #wasConnected = false;
  readonly #limits: StartLimits;
  /** channels that are open */
  #channels = 0;

  /** @param name a `Host` of the user's ssh configuration, `user@name`, or `ssh://user@name:port` */
  constructor(
    readonly name: string,
    { acceptNewHostKey = false, answers = answersOfProcess, startTimeout, onSlowStart }: Ssh2Options = {},
  ) {
    this.#options = { acceptNewHostKey, answers };
    this.#limits = { timeout: startTimeout, onSlow: onSlowStart, hasWorked: false };
  }

  async run(script: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Ended> {
    const packed = packScript(script, args);
    const endTurn = await this.#turns.take();
    try {
      const connection = await this.#connect();
      const started = await this.#openInTime(connection, packed);
      return await driveScript(started, packed, options, this.name, this.#limits);
    } catch (error) {
      throw abandonStart(options, error); // also where it has not come to a script
    } finally {
      endTurn();
    }
  }

  close(): void {
    this.#connection?.then(
      ({ close }) => close(),
      () => {},
    );
    this.#connection = undefined;
  }

  #connect(): Promise<Connection> {
    if (this.#connection) return this.#connection;
    const made = this.#connectAnew();
    this.#connection = made;
    const forget = (): void => {
      // There may be a newer one.
      if (this.#connection === made) this.#connection = undefined;
    };
    made.then(({ client }) => void client.once("close", forget), forget);
    return made;
  }

  async #connectAnew(): Promise<Connection> {
    try {
      const connection = await connectPatiently(() => connectThroughHops(this.name, this.#options));
      this.#wasConnected = true;
      return connection;
    } catch (error) {
      // It was there, so the network is away, or this laptop just woke up.
      if (this.#wasConnected && error instanceof Unreachable) throw new ConnectionLost(error.message, { cause: error });
      throw error;
    }
  }

  /** A server may allow fewer sessions than we try: then they come one after another. */
  async #openInTime(connection: Connection, packed: PackedScript): Promise<StartedScript> {
    // A server may count one that has just ended for a moment longer.
    for (let alone = 0; ; alone = this.#channels === 0 ? alone + 1 : 0) {
      try {
        return await this.#open(connection, packed);
      } catch (error) {
        if (!(error instanceof RuntimeProblem) || alone === 20) throw error;
        await sleep(50);
      }
    }
  }

  #open(connection: Connection, packed: PackedScript): Promise<StartedScript> {
    const { client } = connection;
    return new Promise((resolve, reject) => {
      const lost = (): void => reject(new ConnectionLost(`the connection to ${this.name} broke`));
      client.once("close", lost);
      const done = (error: Error | undefined, channel: ClientChannel): void => {
        client.off("close", lost);
        // At once: a login that ends early may have said so in the same packet.
        if (!error) resolve(this.#startedOn(connection, channel));
        else if (/Channel open failure|Unable to exec/.test(error.message))
          reject(noSession(this.name, error.message, error));
        else lost();
      };
      try {
        client.exec(packed.commandLine, done);
      } catch {
        // it throws where the connection has just ended
        lost();
      }
    });
  }

  #startedOn({ client }: Connection, channel: ClientChannel): StartedScript {
    this.#channels += 1;
    channel.once("close", () => {
      this.#channels -= 1;
    });
    const ended = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
      const lost = (): void => reject(new ConnectionLost(`the connection to ${this.name} broke`));
      let exit: { code: number | null; signal: string | null } | undefined;
      channel.once("exit", (code: number | null, signal?: string) => {
        exit = { code, signal: signal ?? null };
      });
      client.once("close", lost);
      channel.once("close", () => {
        client.off("close", lost);
        if (exit) resolve(exit);
        else lost();
      });
    });
    // Whoever drives the script listens a little later.
    ended.catch(() => {});
    return { stdin: channel.stdin, stdout: channel.stdout, stderr: channel.stderr, ended, stop: () => channel.close() };
  }
}
