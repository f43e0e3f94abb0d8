import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Ssh2Host } from "../../runtime/hosts/ssh2-host.js";
import { noCluster } from "../cluster/availability.js";
import { freePort, hostEntry, makeKey, type Sshd, useSshd } from "../cluster/sshd.js";
import { suite } from "../runner/suite.js";
import { configure, hostOf, KINDS, person, refusal, withHost } from "./hosts.js";

const test = suite("logins");
const check = (name: string, use: () => Promise<void>): void => test.skipUnless(!noCluster, noCluster ?? "", name, use);

let server: Promise<Sshd> | undefined;
function sshd(): Promise<Sshd> {
  server ??= useSshd();
  return server;
}

function fingerprint(publicKey: string): string {
  return execFileSync("ssh-keygen", ["-lf", "-"], { input: publicKey, encoding: "utf8" }).split(" ")[1] ?? "";
}

for (const kind of KINDS) {
  check(`${kind}: a host key nobody knows stops it, with the fingerprint`, async () => {
    const own = await sshd();
    configure(own, hostEntry("lab", own, ["UserKnownHostsFile /dev/null"]));
    const problem = await refusal(hostOf(kind));
    assert.match(problem, kind === "builtin" ? /host key of lab is not known/ : /Host key verification failed/);
    if (kind === "builtin") assert.ok(problem.includes(`ssh-ed25519 ${fingerprint(own.hostKey)}`));
    assert.match(problem, /ssh lab/);
  });

  check(`${kind}: a host key that has changed stops it, also where new ones are accepted`, async () => {
    const own = await sshd();
    const other = readFileSync(`${makeKey(join(own.folder, `other-${kind}`))}.pub`, "utf8");
    const known = join(own.folder, `changed-${kind}`);
    writeFileSync(known, `[127.0.0.1]:${own.port} ${other}`);
    configure(own, hostEntry("lab", own, [`UserKnownHostsFile ${known}`, "StrictHostKeyChecking accept-new"]));
    const problem = await refusal(hostOf(kind));
    if (kind === "builtin") {
      assert.match(problem, /has changed: it shows .*, and known is /);
      assert.ok(problem.includes(fingerprint(own.hostKey)) && problem.includes(fingerprint(other)));
      assert.ok(problem.includes(`ssh-keygen -R '[127.0.0.1]:${own.port}' -f '${known}'`));
    } else assert.match(problem, /Host key verification failed/);
    assert.ok(!readFileSync(known, "utf8").includes(own.hostKey));
  });

  check(`${kind}: accept-new takes a new key down, once`, async () => {
    const own = await sshd();
    const known = join(own.folder, `new-${kind}`);
    writeFileSync(known, `elsewhere ssh-ed25519 AAAA${kind === "builtin" ? "" : "\n"}`);
    configure(own, hostEntry("lab", own, [`UserKnownHostsFile ${known}`, "StrictHostKeyChecking accept-new"]));
    for (let times = 0; times < 2; times++) await withHost(hostOf(kind), (host) => host.run("true"));
    const lines = readFileSync(known, "utf8").trim().split("\n");
    assert.equal(lines.filter((line) => line.includes(own.hostKey)).length, 1);
    assert.equal(lines.length, 2);
  });

  check(`${kind}: a refused login names what was tried`, async () => {
    const own = await sshd();
    const key = makeKey(join(own.folder, `stranger-${kind}`));
    configure(own, hostEntry("lab", own, [`User ${own.user}`]).replace(own.identity, key));
    const problem = await refusal(hostOf(kind));
    if (kind === "builtin") {
      assert.match(problem, new RegExp(`lab refuses the login of ${own.user}; tried: publickey \\(${key}\\)`));
    } else assert.match(problem, /Permission denied \(publickey\)/);
  });

  check(`${kind}: a host that cannot be reached, or found`, async () => {
    const own = await sshd();
    const port = await freePort();
    configure(own, hostEntry("lab", { ...own, port }), "Host away\n  HostName no-such-host.invalid");
    assert.match(await refusal(hostOf(kind)), /lab.*(refuses the connection|Connection refused)/);
    assert.match(await refusal(hostOf(kind, "away")), /(cannot be resolved|Could not resolve hostname)/);
  });

  check(`${kind}: keys of the agent`, async () => {
    const own = await sshd();
    const socket = join(own.folder, `agent-${kind}`);
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    try {
      const environment = { ...process.env, SSH_AUTH_SOCK: socket };
      const add = `until ssh-add -q '${own.identity}' 2> /dev/null; do sleep 0.05; done`;
      execFileSync("timeout", ["10", "bash", "-c", add], { env: environment });
      const entry = hostEntry("lab", own, [`IdentityAgent ${socket}`, "IdentitiesOnly no"]);
      configure(own, entry.replace(`IdentityFile ${own.identity}`, "IdentityFile none"));
      const { stdout } = await withHost(hostOf(kind), (host) => host.run("id -un"));
      assert.equal(stdout.trim(), own.user);
    } finally {
      agent.kill();
    }
  });
}

check("hashed names, an alias for the host key, a revoked key", async () => {
  const own = await sshd();
  const known = join(own.folder, "hashed");
  writeFileSync(known, `[127.0.0.1]:${own.port} ${own.hostKey}\n`);
  execFileSync("ssh-keygen", ["-H", "-f", known], { stdio: "ignore" });
  assert.ok(!readFileSync(known, "utf8").includes("127.0.0.1"));
  configure(own, hostEntry("lab", own, [`UserKnownHostsFile ${known}`]));
  await withHost(new Ssh2Host("lab"), (host) => host.run("true"));

  const blanks = join(own.folder, "with blanks in it");
  copyFileSync(known, blanks);
  configure(own, hostEntry("lab", own, [`UserKnownHostsFile "${blanks}" "${known} too"`]));
  await withHost(new Ssh2Host("lab"), (host) => host.run("true"));

  const alias = join(own.folder, "alias");
  writeFileSync(alias, `login-nodes ${own.hostKey}\n`);
  configure(own, hostEntry("lab", own, [`UserKnownHostsFile ${alias}`, "HostKeyAlias login-nodes"]));
  await withHost(new Ssh2Host("lab"), (host) => host.run("true"));

  appendFileSync(alias, `@revoked login-nodes ${own.hostKey}\n`);
  assert.match(await refusal(new Ssh2Host("lab")), /is marked as revoked/);
});

check("what is asked for known hosts and is killed makes no key a new one, and no process stay", async () => {
  const own = await sshd();
  const known = join(own.folder, "killed");
  writeFileSync(
    known,
    `[127.0.0.1]:${own.port} ${readFileSync(`${makeKey(join(own.folder, "other-killed"))}.pub`, "utf8")}`,
  );
  configure(own, hostEntry("lab", own, [`UserKnownHostsFile ${known}`, "StrictHostKeyChecking accept-new"]));
  const programs = join(own.folder, "programs");
  mkdirSync(programs);
  writeFileSync(join(programs, "ssh-keygen"), "#!/bin/sh\nkill -KILL $$\n", { mode: 0o755 });
  const sockets = () => process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
  await sleep(100); // those of before are closing
  const before = sockets();
  const path = process.env.PATH;
  process.env.PATH = `${programs}:${path}`;
  try {
    assert.match(
      await refusal(new Ssh2Host("lab")),
      /ssh-keygen, which is asked for known hosts, was ended by SIGKILL/,
    );
  } finally {
    process.env.PATH = path;
  }
  assert.ok(!readFileSync(known, "utf8").includes(own.hostKey));
  await sleep(100);
  assert.ok(sockets() <= before);
});

check("of a server's keys, the one that is known is asked for", async () => {
  const folder = (await sshd()).folder;
  const rsa = join(folder, "host_rsa");
  execFileSync("ssh-keygen", ["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", rsa]);
  const own = await useSshd({ settings: [`HostKey ${rsa}`] });
  const known = join(folder, "only-rsa");
  writeFileSync(known, `[127.0.0.1]:${own.port} ${readFileSync(`${rsa}.pub`, "utf8")}`);
  configure(own, hostEntry("lab", own, [`UserKnownHostsFile ${known}`]));
  await withHost(new Ssh2Host("lab"), (host) => host.run("true"));
});

check("user and port in the name", async () => {
  const own = await sshd();
  configure(own, hostEntry("*", own).replace(`Port ${own.port}`, "").replace(`User ${own.user}`, ""));
  const { stdout } = await withHost(new Ssh2Host(`ssh://${own.user}@lab:${own.port}`), (host) => host.run("id -un"));
  assert.equal(stdout.trim(), own.user);
  configure(own, hostEntry("lab", own).replace(`User ${own.user}`, ""));
  await withHost(new Ssh2Host(`${own.user}@lab`), (host) => host.run("true"));
});

check("a passphrase is asked for once in the process, and not at all for a key nobody wants", async () => {
  const own = await sshd();
  const wanted = makeKey(join(own.folder, "locked"), "open sesame");
  const unwanted = makeKey(join(own.folder, "locked-too"), "nobody asks");
  appendFileSync(join(own.folder, "authorized_keys"), readFileSync(`${wanted}.pub`));
  const keys = [`IdentityFile ${unwanted}`, `IdentityFile ${wanted}`];
  configure(own, hostEntry("lab", own, keys).replace(`IdentityFile ${own.identity}`, ""));
  const { asked, answers } = person({ "locked:": "open sesame" });
  for (let times = 0; times < 2; times++) {
    await withHost(new Ssh2Host("lab", { answers }), async (host) => {
      await host.run("true");
      host.close();
      await host.run("true");
    });
  }
  assert.deepEqual(asked, [{ about: "ssh", prompt: `passphrase of ${wanted}: `, echo: false }]);
});

check("a passphrase that is wrong, and one that there is nobody to ask for, are named", async () => {
  const own = await sshd();
  const key = makeKey(join(own.folder, "locked-again"), "right");
  appendFileSync(join(own.folder, "authorized_keys"), readFileSync(`${key}.pub`));
  configure(own, hostEntry("lab", own).replace(own.identity, key));
  const { asked, answers } = person({ "locked-again": "no secret in errors" });
  const problem = await refusal(new Ssh2Host("lab", { answers }));
  assert.match(problem, /the passphrase of .*locked-again is wrong/);
  assert.ok(!problem.includes("no secret"));
  assert.equal(asked.length, 3);
  // test files have no terminal
  assert.match(
    await refusal(new Ssh2Host("lab")),
    /"passphrase of .*locked-again:", and there is no terminal.*ssh-add/,
  );
});

check("a password is asked for once, and again when it was wrong", async () => {
  const own = await useSshd({ settings: ["PasswordAuthentication yes", "PubkeyAuthentication no"] });
  configure(own, hostEntry("lab", own));
  let wrong = true;
  const { asked, answers } = person({
    get "Password:"() {
      const answer = wrong ? "a typo" : own.password;
      wrong = false;
      return answer;
    },
  });
  await withHost(new Ssh2Host("lab", { answers }), async (host) => {
    await host.run("true");
    own.cut();
    await host.run("true").catch(() => host.run("true"));
  });
  assert.equal(asked.length, 2);
  assert.match(await refusal(new Ssh2Host("lab")), /asks "Password:", and there is no terminal/);
});

check("a second factor: a key first, then what the server asks for", async () => {
  const own = await useSshd({
    settings: [
      "UsePAM yes",
      "KbdInteractiveAuthentication yes",
      "AuthenticationMethods publickey,keyboard-interactive",
    ],
  });
  configure(own, hostEntry("lab", own));
  const { asked, answers } = person({ assword: own.password });
  await withHost(new Ssh2Host("lab", { answers }), async (host) => {
    assert.equal((await host.run("id -un")).stdout.trim(), own.user);
    host.close();
    await host.run("true");
  });
  assert.equal(asked.length, 1);
  assert.equal(asked[0]?.echo, false);
});

check("a certificate leads to the user's own ssh", async () => {
  const own = await sshd();
  const key = makeKey(join(own.folder, "certified"));
  writeFileSync(`${key}-cert.pub`, "ssh-ed25519-cert-v01@openssh.com AAAA\n");
  configure(own, hostEntry("lab", own).replace(own.identity, key));
  assert.match(await refusal(new Ssh2Host("lab")), /cannot use a certificate .*ssh: "openssh"/);
});

test.run();
