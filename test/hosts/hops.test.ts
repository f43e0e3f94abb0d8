import assert from "node:assert/strict";
import { join } from "node:path";
import { noCluster } from "../cluster/availability.js";
import { freePort, hostEntry, type Sshd, useSshd } from "../cluster/sshd.js";
import { suite } from "../runner/suite.js";
import { configure, hostOf, KINDS, refusal, withHost } from "./hosts.js";

const test = suite("jump hosts");
const check = (name: string, use: () => Promise<void>): void => test.skipUnless(!noCluster, noCluster ?? "", name, use);

let servers: Promise<[Sshd, Sshd, Sshd]> | undefined;
function three(): Promise<[Sshd, Sshd, Sshd]> {
  servers ??= Promise.all([useSshd(), useSshd(), useSshd()]);
  return servers;
}

for (const kind of KINDS) {
  check(`${kind}: two of them, each with a key and a host key of its own`, async () => {
    const [gate, door, lab] = await three();
    const before = [gate, door].map((server) => server.log().split("Accepted publickey").length);
    const jump = `ProxyJump gate,${door.user}@door:${door.port}`;
    configure(lab, hostEntry("gate", gate), hostEntry("door", { ...door, port: 1 }), hostEntry("lab", lab, [jump]));
    await withHost(hostOf(kind), async (host) => {
      assert.equal((await host.run("echo $SSH_CONNECTION")).stdout.trim().split(" ").at(-1), `${lab.port}`);
      assert.equal((await host.run("wc -c", [], { input: Buffer.alloc(3_000_000) })).stdout.trim(), "3000000");
    });
    const after = [gate, door].map((server) => server.log().split("Accepted publickey").length);
    assert.deepEqual(
      after,
      before.map((times) => times + 1),
    );
  });

  check(`${kind}: a jump host's own jump host`, async () => {
    const [gate, door, lab] = await three();
    const entries = [hostEntry("door", door, ["ProxyJump gate"]), hostEntry("lab", lab, ["ProxyJump door"])];
    configure(lab, hostEntry("gate", gate), ...entries);
    const before = gate.log().length;
    await withHost(hostOf(kind), (host) => host.run("true"));
    assert.match(gate.log().slice(before), /Accepted publickey/);
  });

  check(`${kind}: ProxyCommand`, async () => {
    const [gate, , lab] = await three();
    const proxy = `ProxyCommand ssh -F ${gate.config} -W %h:%p lab`;
    configure(lab, hostEntry("lab", lab, [proxy]));
    const before = gate.log().length;
    await withHost(hostOf(kind), async (host) => {
      assert.equal((await host.run("wc -c", [], { input: Buffer.alloc(3_000_000) })).stdout.trim(), "3000000");
    });
    assert.match(gate.log().slice(before), /Accepted publickey/);
  });

  check(`${kind}: a ProxyCommand that ends at once`, async () => {
    const [, , lab] = await three();
    configure(lab, hostEntry("lab", lab, ["ProxyCommand no-such-program %h"]));
    const problem = await refusal(hostOf(kind));
    if (kind === "builtin") assert.match(problem, /hangs up .*its ProxyCommand, no-such-program %h/);
  });

  check(`${kind}: what the configuration has a login do, and shared connections that it makes`, async () => {
    const [, , lab] = await three();
    const lines = ["ControlMaster yes", `ControlPath ${join(lab.folder, "control-%h")}`, "RemoteCommand false"];
    configure(lab, hostEntry("lab", lab, lines));
    await withHost(hostOf(kind), async (host) => {
      assert.equal((await host.run("echo hello")).stdout, "hello\n");
    });
  });

  check(`${kind}: a jump host whose key nobody knows, or that is away, stops it`, async () => {
    const [gate, , lab] = await three();
    const target = hostEntry("lab", lab, ["ProxyJump gate"]);
    configure(lab, hostEntry("gate", gate, ["UserKnownHostsFile /dev/null"]), target);
    const unknown = await refusal(hostOf(kind));
    if (kind === "builtin") assert.match(unknown, /host key of gate is not known/);
    configure(lab, hostEntry("gate", { ...gate, port: await freePort() }), target);
    const away = await refusal(hostOf(kind));
    if (kind === "builtin") assert.match(away, /gate \(.*\) refuses the connection/);
  });
}

check("a host that cannot be reached from the jump host", async () => {
  const [gate, , lab] = await three();
  configure(lab, hostEntry("gate", gate), hostEntry("lab", { ...lab, port: await freePort() }, ["ProxyJump gate"]));
  assert.match(await refusal(hostOf("builtin")), /the jump host cannot connect to lab .*Connection refused/);
});

check("jump hosts in a circle", async () => {
  const [, , lab] = await three();
  configure(lab, hostEntry("one", lab, ["ProxyJump two"]), hostEntry("two", lab, ["ProxyJump one"]));
  assert.match(await refusal(hostOf("builtin", "one")), /jump hosts on the way to one have no end/);
});

test.run();
