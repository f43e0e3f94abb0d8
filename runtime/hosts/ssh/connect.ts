import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import type { Duplex } from "node:stream";
import ssh2, { type Client, type NextAuthHandler } from "ssh2";
import { RuntimeProblem } from "../../system/problem.js";
import { chooseAlgorithms } from "./algorithms.js";
import type { Answers } from "./answers.js";
import { Authentication } from "./authentication.js";
import { resolveHops } from "./hop-chain.js";
import { judgeHostKey } from "./host-key.js";
import { findKnownKeys } from "./known-hosts.js";
import { explainUnreachable, HungUp, Unreachable } from "./problems.js";
import { startProxyCommand } from "./proxy-command.js";
import type { SshSettings } from "./settings.js";

/** A server that says nothing for so long while a connection is made will not, in milliseconds. */
const CONNECT_TIMEOUT = 20_000;
/** So often the other side of an idle connection is asked for an answer, in milliseconds; three may be missed. */
const KEEPALIVE = 15_000;

export interface ConnectOptions {
  readonly answers: Answers;
  /** whether a host key that nobody knows is taken down, wherever the configuration says nothing else */
  readonly acceptNewHostKey: boolean;
}

/** A login at a host, through all jump hosts on the way to it. */
export interface Connection {
  readonly client: Client;
  /** Ends it, and those that it goes through. */
  close(): void;
}

/**
 * Connects to a host as the user's ssh configuration says.
 *
 * @throws Unreachable if it, or a jump host, does not answer
 * @throws RuntimeProblem if a host key is not to be trusted, or a login is refused
 */
export async function connectThroughHops(destination: string, options: ConnectOptions): Promise<Connection> {
  const hops = await resolveHops(destination);
  const clients: Client[] = [];
  const close = (): void => {
    for (const client of clients.toReversed()) client.destroy();
  };
  try {
    for (const settings of hops) {
      const way = await openWay(settings, clients.at(-1));
      // An open one would keep the process from ending.
      const giveUp = (error: unknown): never => {
        way.destroy();
        throw error;
      };
      clients.push(await logIn(settings, way, options).catch(giveUp));
    }
  } catch (error) {
    close();
    throw error;
  }
  const client = clients.at(-1)!;
  client.once("close", close);
  return { client, close };
}

/** A stream to the host's ssh server: through the hop before it, a command of the user's, or straight. */
async function openWay(settings: SshSettings, before: Client | undefined): Promise<Duplex> {
  const { hostname, port, alias } = settings;
  if (before) {
    return new Promise((resolve, reject) => {
      before.forwardOut("127.0.0.1", 0, hostname, port, (error, channel) => {
        if (!error) resolve(channel);
        else {
          const hint = `can the jump host reach ${hostname}, and does it allow forwarding? see: ssh -v ${alias}`;
          const message = `the jump host cannot connect to ${alias} (${hostname}:${port}): ${error.message}`;
          reject(new Unreachable(message, hint, { cause: error }));
        }
      });
    });
  }
  const command = settings.one("proxycommand");
  if (command !== undefined) return startProxyCommand(command, settings);

  const family = { inet: 4, inet6: 6 }[settings.one("addressfamily") ?? ""] ?? 0;
  const localAddress = settings.one("bindaddress");
  const socket = connectSocket({ host: hostname, port, family, ...(localAddress ? { localAddress } : {}) });
  const timeout = settings.milliseconds("connecttimeout") ?? CONNECT_TIMEOUT;
  socket.setNoDelay(true).setTimeout(timeout, () => {
    socket.destroy(Object.assign(new Error("timed out"), { code: "ETIMEDOUT" }));
  });
  try {
    await once(socket, "connect");
  } catch (error) {
    throw explainUnreachable(alias, `${hostname}:${port}`, error as NodeJS.ErrnoException);
  }
  return socket.setTimeout(0);
}

async function logIn(settings: SshSettings, way: Duplex, options: ConnectOptions): Promise<Client> {
  way.on("error", () => {}); // it may break before the client listens
  const known = await findKnownKeys(settings);
  const authentication = new Authentication(settings, options.answers);
  const client = new ssh2.Client();
  const timeout = settings.milliseconds("connecttimeout") ?? CONNECT_TIMEOUT;
  const address = `${settings.hostname}:${settings.port}`;

  await new Promise<void>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const give = (problem: RuntimeProblem): void => {
      clearTimeout(timer);
      reject(problem);
      client.destroy();
      way.destroy();
    };
    const expectAnswer = (): void => {
      clearTimeout(timer);
      const late = Object.assign(new Error("timed out"), { code: "ETIMEDOUT" });
      timer = setTimeout(() => {
        // People take their time.
        if (options.answers.isAsking) expectAnswer();
        else give(explainUnreachable(settings.alias, address, late));
      }, timeout);
    };

    const verify = (key: Buffer, answer: (trusted: boolean) => void): void => {
      const problem = judgeHostKey(settings, known, key, options.acceptNewHostKey);
      if (problem) give(problem);
      answer(problem === undefined);
    };
    let hasBegun = false;
    const authenticate = (left: never, partly: boolean, next: NextAuthHandler): void => {
      hasBegun = true;
      expectAnswer();
      authentication.next(left, partly).then(
        (method) => {
          if (method === false) give(authentication.explain());
          else next(method);
        },
        (problem: RuntimeProblem) => give(problem),
      );
    };

    client.on("error", (error: Error & { level?: string }) => {
      if (authentication.problem) give(authentication.problem);
      // A key that cannot be used is no reason to give up: there may be others.
      else if (isHangUp(error) && !hasBegun) give(hungUp(settings, address, error));
      else if (error.level !== "agent") give(explainFailure(settings, address, error, authentication));
    });
    client.once("close", () => {
      const error = new Error("it hung up");
      const problem = hasBegun ? explainUnreachable(settings.alias, address, error) : hungUp(settings, address, error);
      give(authentication.problem ?? problem);
    });
    client.once("ready", () => {
      clearTimeout(timer);
      resolve();
    });

    if (way.destroyed) return give(hungUp(settings, address, new Error("it hung up")));
    expectAnswer();
    client.connect({
      sock: way,
      username: settings.user,
      algorithms: chooseAlgorithms(settings, new Set(known.map(({ type }) => type))),
      hostVerifier: verify,
      authHandler: authenticate as never,
      // ours stops while somebody is asked
      readyTimeout: 0,
      keepaliveInterval: settings.milliseconds("serveraliveinterval") ?? KEEPALIVE,
      keepaliveCountMax: 3,
    });
    client.setNoDelay(true);
  });
  client.removeAllListeners("close");
  client.removeAllListeners("error");
  // Whoever uses it is told by `close`; an `error` that nobody listens to would end the process.
  client.on("error", () => {});
  return client;
}

function isHangUp(error: Error & { code?: string }): boolean {
  const { code } = error;
  return (
    code === "ECONNRESET" ||
    code === "EPIPE" ||
    code === "ERR_STREAM_PREMATURE_CLOSE" ||
    /lost before handshake/i.test(error.message)
  );
}

function hungUp(settings: SshSettings, address: string, error: Error): RuntimeProblem {
  const { alias } = settings;
  const proxy = settings.one("proxycommand");
  const check = proxy === undefined ? `ssh ${alias}` : `its ProxyCommand, ${proxy}`;
  return new HungUp(`${alias} (${address})`, `see whether this works: ${check}`, { cause: error });
}

function explainFailure(
  settings: SshSettings,
  address: string,
  error: Error & { level?: string; code?: string },
  authentication: Authentication,
): RuntimeProblem {
  if (error.level === "client-authentication" || /too many authentication failures/i.test(error.message)) {
    return authentication.explain();
  }
  if (error.level === "handshake") {
    const hint = `let your own ssh connect: ssh: "openssh" in the target; or see: ssh -v ${settings.alias}`;
    return new RuntimeProblem(`${settings.alias} and the built-in ssh find no common ground: ${error.message}`, hint);
  }
  return explainUnreachable(settings.alias, address, error);
}
