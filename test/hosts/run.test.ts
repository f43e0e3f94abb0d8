import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import type { Host } from "../../runtime/hosts/host.js";
import { packLine } from "../../runtime/hosts/script/packed-script.js";
import { ConnectionLost } from "../../runtime/hosts/script/script-run.js";
import { ThisMachine } from "../../runtime/hosts/this-machine.js";
import { noCluster } from "../cluster/availability.js";
import { hostEntry, type Sshd, useSshd } from "../cluster/sshd.js";
import { suite } from "../runner/suite.js";
import { configure, hostOf, KINDS, refusal, withHost } from "./hosts.js";

const test = suite("hosts");
let server: Promise<Sshd> | undefined;

async function sshd(): Promise<Sshd> {
  server ??= useSshd();
  configure(await server, hostEntry("lab", await server));
  return server;
}

/** Each kind of host, ready to run. */
const hosts: readonly (readonly [string, boolean, () => Promise<Host>])[] = [
  ["this machine", true, async () => new ThisMachine()],
  ...KINDS.map((kind) => [kind, !noCluster, async () => sshd().then(() => hostOf(kind))] as const),
];

test("of a script that has not come whole nothing is done", async () => {
  const { PATH } = process.env;
  const bin = mkdtempSync(join(tmpdir(), "locusts-head-"));
  try {
    writeFileSync(join(bin, "head"), "#!/bin/bash\n/usr/bin/head -c 900\nkill -9 $$\n", { mode: 0o755 });
    process.env.PATH = `${bin}:${PATH}`;
    const { code, stdout, stderr } = await new ThisMachine().run(
      `echo begun\n${"# a long script\n".repeat(100)}echo ended`,
    );
    assert.deepEqual([code, stdout, stderr], [1, "", "the machine has ended a script before it was read\n"]);
  } finally {
    process.env.PATH = PATH;
    rmSync(bin, { recursive: true });
  }
});

for (const [kind, available, open] of hosts) {
  const check = (name: string, use: (host: Host) => Promise<void>): void =>
    test.skipUnless(available, noCluster ?? "", `${kind}: ${name}`, async () => withHost(await open(), use));

  check("words are data, whatever they hold", async (host) => {
    const words = ["", "two words", "'", '"', "$(touch /tmp/no)", "`id`", "!!", "a\nb", "\\", "*", "-n", "ü→𝄞", "\r\t"];
    const { stdout } = await host.run("printf '%s\\0' \"$@\"", words);
    assert.deepEqual(stdout.split("\0").slice(0, -1), words);
  });

  check("a script may be long, and have thousands of words", async (host) => {
    const words = Array.from({ length: 20_000 }, (_, index) => `/some/where/file ${index}.txt`);
    const script = `# ${"x".repeat(200_000)}\necho $#; echo "\${@: -1}"`;
    assert.equal((await host.run(script, words)).stdout, "20000\n/some/where/file 19999.txt\n");
  });

  check("exit code, both streams, and nothing to read unless it is given", async (host) => {
    const ended = await host.run("cat; echo out; echo err >&2; exit 41");
    assert.deepEqual(ended, { code: 41, stdout: "out\n", stderr: "err\n" });
    // `ssh` makes 255 of a signal
    assert.equal((await host.run("kill -TERM $$")).code, kind === "openssh" ? 255 : 143);
    assert.equal((await host.run("exit 255")).code, 255);
    assert.equal((await host.run("true")).code, 0);
  });

  check("20 MB of anything come back as they went", async (host) => {
    const data = randomBytes(20_000_000);
    const back = createHash("sha256");
    let size = 0;
    const output = new Writable({
      write(chunk: Buffer, _encoding, done) {
        size += chunk.length;
        back.update(chunk);
        // slower than the network
        setImmediate(done);
      },
    });
    const input = Readable.from(cut(data, 100_000));
    assert.equal((await host.run("cat", [], { input, output })).code, 0);
    assert.equal(size, data.length);
    assert.equal(back.digest("hex"), createHash("sha256").update(data).digest("hex"));
    assert.ok(output.writableFinished);
  });

  check("what cannot be read or written stops it, with that error", async (host) => {
    const input = Readable.from(
      (function* () {
        yield Buffer.from("a");
        throw new Error("the disk is broken");
      })(),
    );
    await assert.rejects(host.run("cat", [], { input }), /the disk is broken/);
    const output = new Writable({ write: (_chunk, _encoding, done) => done(new Error("no space left")) });
    await assert.rejects(host.run("yes", [], { output }), /no space left/);
    assert.equal((await host.run("echo fine")).stdout, "fine\n");
  });

  check("a script need not read what it is given", async (host) => {
    const input = Readable.from(cut(Buffer.alloc(20_000_000), 100_000));
    assert.equal((await host.run("head -c 3 | tr '\\0' x", [], { input })).stdout, "xxx");
  });

  check("a script that takes too long is given up", async (host) => {
    await assert.rejects(host.run("sleep 100", [], { timeout: 300 }), ConnectionLost);
    assert.equal((await host.run("echo fine")).stdout, "fine\n");
  });

  check("many scripts at once", async (host) => {
    const all = await Promise.all(
      Array.from({ length: 30 }, (_, index) => host.run('sleep 0.05; echo "$1"', [`${index}`])),
    );
    assert.deepEqual(
      all.map(({ stdout }) => stdout),
      Array.from({ length: 30 }, (_, index) => `${index}\n`),
    );
  });
}

for (const kind of KINDS) {
  test.skipUnless(!noCluster, noCluster ?? "", `${kind}: noise of start-up files is no output`, async () => {
    const { home } = await sshd();
    const file = join(home, ".bashrc");
    const before = readFileSync(file);
    try {
      writeFileSync(file, "echo Welcome to the cluster; echo quota: 3 % >&2; printf 'no line end'\n");
      appendFileSync(file, before);
      const ended = await withHost(hostOf(kind), (host) => host.run("echo out; echo err >&2"));
      assert.deepEqual(ended, { code: 0, stdout: "out\n", stderr: "err\n" });
    } finally {
      writeFileSync(file, before);
    }
  });
}

for (const shell of ["tcsh", "dash"]) {
  test.skipUnless(!noCluster, noCluster ?? "", `a login shell may be ${shell}`, async () => {
    const other = await useSshd({ settings: [`ForceCommand exec ${shell} -c "$SSH_ORIGINAL_COMMAND"`] });
    configure(other, hostEntry("lab", other));
    const words = ["it's", "$HOME", "!x", "a\nb", "*", '"'];
    const { stdout } = await withHost(hostOf("builtin"), (host) => host.run("printf '%s\\0' \"$@\"", words));
    assert.deepEqual(stdout.split("\0").slice(0, -1), words);
  });
}

test("a script for a terminal comes through any login shell as it is", () => {
  const script = `printf '%s|' 'a b' "it's" '\\' "'\\''" '!x' '$HOME'\nprintf '%s' 'ä"'; cat`;
  const line = packLine(script);
  assert.match(line, /^[^'\\!]*'[^'\\!]*'[^'\\!]*$/, "fish and csh read backslashes, or !, within quotes");
  for (const shell of ["bash", "dash", "tcsh", "zsh", "fish"]) {
    const { error, stdout } = spawnSync(shell, ["-c", line], { input: "typed", encoding: "utf8" });
    if (error === undefined) assert.equal(stdout, `a b|it's|\\|'\\''|!x|$HOME|ä"typed`, shell);
  }
});

test.skipUnless(!noCluster, noCluster ?? "", "a login that runs no commands says so in its own words", async () => {
  const other = await useSshd({ settings: ["ForceCommand echo This account is closed.; exit 1"] });
  configure(other, hostEntry("lab", other));
  for (const kind of KINDS) {
    await withHost(hostOf(kind), async (host) => {
      await assert.rejects(host.run("true"), /lab does not run bash and says: This account is closed\./);
    });
  }
});

/** What a server may be set to, that does no more than to take time. */
const LIMITS = ["MaxSessions 1", "MaxStartups 1", "RekeyLimit 1M"];

test.skipUnless(!noCluster, noCluster ?? "", `a server may say ${LIMITS.join(", ")}`, async () => {
  const servers = await Promise.all(LIMITS.map((line) => useSshd({ settings: [line] })));
  configure(servers[0] as Sshd, ...servers.map((server, i) => hostEntry(`lab${i}`, server)));
  const data = randomBytes(5_000_000);
  for (const kind of KINDS) {
    for (const i of LIMITS.keys()) {
      // Some scripts over one connection, and some connections.
      const host = hostOf(kind, `lab${i}`);
      const more = Array.from({ length: 2 }, () => hostOf(kind, `lab${i}`));
      const all = [...Array.from({ length: 5 }, () => host), ...more].map((each) => each.run("sleep 0.1; echo done"));
      assert.deepEqual(new Set((await Promise.all(all)).map(({ stdout }) => stdout)), new Set(["done\n"]));
      for (const each of more) each.close();
      await withHost(host, async () => {
        const back: Buffer[] = [];
        const output = new Writable({
          write(chunk: Buffer, _encoding, done) {
            back.push(chunk);
            done();
          },
        });
        assert.equal((await host.run("cat", [], { input: Readable.from(cut(data, 100_000)), output })).code, 0);
        assert.ok(Buffer.concat(back).equals(data));
      });
    }
  }
});

test.skipUnless(!noCluster, noCluster ?? "", "a server that opens no session is told as that", async () => {
  const other = await useSshd({ settings: ["MaxSessions 0"] });
  configure(other, hostEntry("lab", other));
  for (const kind of KINDS) assert.match(await refusal(hostOf(kind)), /lab starts no command: .*MaxSessions/);
});

function* cut(data: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

test.run();
