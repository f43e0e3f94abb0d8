import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "./sshd.js";

/** A network on the way to a server that can stop to carry anything, without a word to either side. */
export interface HalfDead {
  readonly port: number;
  /** From now on nothing gets through, and what is sent is kept; connections are taken, too. */
  freeze(): void;
  /** It carries again, also what was kept. */
  thaw(): void;
  close(): void;
}

/** Puts a network between this machine's port and a server on another port. */
export async function putBetween(port: number): Promise<HalfDead> {
  const own = await freePort();
  const sockets = new Set<Socket>();
  let isFrozen = false;
  const server: Server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      if (isFrozen) from.pause();
      from.on("data", (data) => void to.write(data));
      from.on("end", () => to.end());
      from.on("error", () => to.destroy());
      from.on("close", () => sockets.delete(from));
      if (isFrozen) from.pause();
    }
  });
  await new Promise<void>((resolve) => void server.listen(own, "127.0.0.1", resolve));
  server.unref();
  return {
    port: own,
    freeze() {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      isFrozen = false;
      for (const socket of sockets) socket.resume();
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
