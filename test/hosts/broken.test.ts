import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { ConnectionLost } from "../../runtime/hosts/script/script-run.js";
import { withReconnection } from "../../runtime/hosts/with-reconnection.js";
import { noCluster } from "../cluster/availability.js";
import { hostEntry, type Sshd, useSshd } from "../cluster/sshd.js";
import { suite } from "../runner/suite.js";
import { configure, hostOf, KINDS, withHost } from "./hosts.js";

const test = suite("broken connections");
const check = (name: string, use: () => Promise<void>): void => test.skipUnless(!noCluster, noCluster ?? "", name, use);

async function sshd(...lines: readonly string[]): Promise<Sshd> {
  const own = await useSshd();
  configure(own, hostEntry("lab", own, lines));
  return own;
}

for (const kind of KINDS) {
  check(`${kind}: the run is lost, what it wrote is no whole, and the next connects anew`, async () => {
    const own = await sshd();
    await withHost(hostOf(kind), async (host) => {
      await host.run("true");
      let finished = false;
      const output = new Writable({
        write(_chunk, _encoding, done) {
          if (!output.closed) own.cut();
          done();
        },
        final(done) {
          finished = true;
          done();
        },
      });
      await assert.rejects(host.run("echo begun; sleep 20", [], { output }), ConnectionLost);
      assert.ok(!finished);
      assert.equal((await host.run("echo again")).stdout, "again\n");
    });
  });

  check(`${kind}: a connection that broke while nothing ran is no matter`, async () => {
    const own = await sshd();
    await withHost(hostOf(kind), async (host) => {
      await host.run("true");
      own.cut();
      await sleep(200);
      assert.equal((await host.run("echo again")).stdout, "again\n");
    });
  });

  check(`${kind}: a connection that falls silent is lost`, async () => {
    const own = await sshd("ServerAliveInterval 1", "ServerAliveCountMax 2");
    await withHost(hostOf(kind), async (host) => {
      await host.run("true");
      const run = host.run("sleep 60");
      setTimeout(() => own.cut("SIGSTOP"), 300);
      await assert.rejects(run, ConnectionLost);
      own.cut();
      assert.equal((await host.run("echo again")).stdout, "again\n");
    });
  });

  check(`${kind}: a server that is away for a while is tried again, after longer and longer pauses`, async () => {
    const own = await sshd();
    await withHost(hostOf(kind), async (host) => {
      await host.run("true");
      own.cut();
      await own.stop();
      await sleep(100);
      const pauses: number[] = [];
      const reconnection = { patience: 20_000, firstPause: 100, onPause: (pause: number) => void pauses.push(pause) };
      const run = withReconnection(() => host.run("echo again"), reconnection);
      const output = new Writable({ write: (_chunk, _encoding, done) => done() });
      output.on("error", () => {});
      await assert.rejects(host.run("echo again", [], { output }), ConnectionLost);
      assert.ok(output.destroyed, "whoever reads it is told that nothing will come");
      await sleep(500);
      assert.ok(pauses.length >= 2);
      const back = await useSshd({ again: own });
      configure(back, hostEntry("lab", back));
      assert.equal((await run).stdout, "again\n");
      assert.deepEqual(pauses.slice(0, 2), [100, 200]);
    });
  });
}

test("patience has an end, and so has waiting that is called off", async () => {
  const lost = async (): Promise<never> => {
    throw new ConnectionLost("away");
  };
  const begun = performance.now();
  await assert.rejects(withReconnection(lost, { patience: 120, firstPause: 50 }), ConnectionLost);
  assert.ok(performance.now() - begun < 1000);
  const signal = AbortSignal.timeout(50);
  await assert.rejects(withReconnection(lost, { patience: 60_000, signal }), { name: "TimeoutError" });
  await assert.rejects(
    withReconnection(async () => Promise.reject(new Error("other")), { patience: 60_000 }),
    /other/,
  );
});

test("a host that was back in between may be away once more, for as long", async () => {
  const pauses: number[] = [];
  let tries = 0;
  const action = async () => {
    tries += 1;
    await sleep(tries % 2 === 0 ? 100 : 0);
    if (tries < 6) throw new ConnectionLost("broke");
    return tries;
  };
  const options = {
    patience: 150,
    firstPause: 20,
    longEnough: 50,
    onPause: (pause: number) => void pauses.push(pause),
  };
  assert.equal(await withReconnection(action, options), 6);
  assert.deepEqual(pauses, [20, 20, 40, 20, 40]);
});

test.run();
