import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OpensshHost } from "../../runtime/hosts/openssh-host.js";
import { Ssh2Host } from "../../runtime/hosts/ssh2-host.js";
import { noCluster } from "../cluster/availability.js";
import { hostEntry, type Sshd, useSshd } from "../cluster/sshd.js";
import { suite } from "../runner/suite.js";
import { configure, refusal, withHost } from "./hosts.js";

/** Logins that do something else than to run the command: it works all the same, or one sentence says why not. */
const test = suite("starts");
const check = (name: string, use: () => Promise<void>): void => test.skipUnless(!noCluster, noCluster ?? "", name, use);

const KINDS = [Ssh2Host, OpensshHost] as const;
/** In milliseconds. */
const TIMEOUT = 1500;

/** Servers whose logins have these `.bashrc`s, called lab0, lab1 and so on. */
async function withStartFiles(texts: readonly string[]): Promise<void> {
  const servers = await Promise.all(
    texts.map(async (text) => {
      const home = realpathSync(mkdtempSync("/tmp/locusts-home-"));
      homes.push(home);
      writeFileSync(join(home, ".bashrc"), `${text}\n`);
      chmodSync(home, 0o755);
      return useSshd({ settings: [`SetEnv HOME=${home}`] });
    }),
  );
  nameAll(servers);
}

const homes: string[] = [];
process.once("exit", () => {
  for (const home of homes) rmSync(home, { recursive: true });
});

function nameAll(servers: readonly Sshd[]): void {
  configure(servers[0] as Sshd, ...servers.map((server, i) => hostEntry(`lab${i}`, server)));
}

const HARMLESS: Readonly<Record<string, string>> = {
  "says 200 KB and more": "head -c 200000 /dev/zero | tr '\\0' x; head -c 1500000 /dev/zero | tr '\\0' y >&2",
  "takes its time": "sleep 0.6",
};

check(`a start file that ${Object.keys(HARMLESS).join(" or ")} does no harm`, async () => {
  await withStartFiles(Object.values(HARMLESS));
  const slow: string[] = [];
  const hosts = KINDS.flatMap((Kind) =>
    [0, 1].map((i) => new Kind(`lab${i}`, { onSlowStart: (words) => slow.push(words) })),
  );
  for (const host of hosts) {
    const ended = await withHost(host, () => host.run("cat; echo; echo err >&2", [], { input: Buffer.from("in") }));
    assert.deepEqual(ended, { code: 0, stdout: "in\n", stderr: "err\n" });
  }
  assert.deepEqual(slow, [], "only what takes long is said");
});

const HARMFUL: Readonly<Record<string, readonly [text: string, problem: RegExp]>> = {
  "reads a line": ["read -r line", /begins no command by itself: .* read from standard input.*look for `read`/],
  "reads all there is": ["cat >/dev/null", /begins no command by itself: .* read from standard input/],
  "ends in another shell": ["exec dash", /does not run bash: .* waited for input.*`exec` of another shell/],
  "ends the login": ["exit 0", /does not run bash without a word.*look for `exit`/],
  "ends the login with words": ["echo Not today.; exit 3", /does not run bash and says: Not today\./],
  "shows a menu": ["select x in jobs files; do break; done </dev/stdin; exit", /says: 1\) jobs 2\) files/],
  "waits for a key": [
    "echo Press any key; read -rsn1 key; [[ $key ]] || exit 1",
    /waited for input, and says: Press any/,
  ],
  "waits for ever": ["echo -e '\\e[31mHang on'; sleep 15", /begun no command for 1\.5 s, and says: Hang on \|.*hangs/],
  "takes input away": [
    "exec </dev/null",
    /runs bash, and what it is to read from standard input does not come there.*look for `exec`.*echo echo yes \| ssh lab\d bash/,
  ],
  "takes output away": ["exec >/dev/null", /runs bash, and its standard output does not come here/],
};

check(`a start file that ${Object.keys(HARMFUL).join(", or ")} is told as that`, async () => {
  const cases = Object.entries(HARMFUL);
  await withStartFiles(cases.map(([, [text]]) => text));
  const begun = performance.now();
  const asked = cases.map(async ([what, [, problem]], i) => {
    for (const Kind of i === 0 ? KINDS : [Ssh2Host]) {
      assert.match(await refusal(new Kind(`lab${i}`, { startTimeout: TIMEOUT })), problem, what);
    }
  });
  await Promise.all(asked);
  assert.ok(performance.now() - begun < 20_000, "it waited for too long");
});

const FORCED: Readonly<Record<string, readonly [command: string, problem: RegExp]>> = {
  rbash: ['exec rbash -c "$SSH_ORIGINAL_COMMAND"', /does not run bash and says: .*restricted \| the account's shell/],
  nologin: ["exec /usr/sbin/nologin", /says: This account is currently not available\. \| ask those who run the host/],
  "a command that is forced on the account": ["uptime -p", /does not run bash and says: up .* may also be forced/],
};

check(`${Object.keys(FORCED).join(", ")} are told as that`, async () => {
  const cases = Object.values(FORCED);
  nameAll(await Promise.all(cases.map(([command]) => useSshd({ settings: [`ForceCommand ${command}`] }))));
  for (const [i, [, problem]] of cases.entries()) {
    assert.match(await refusal(new Ssh2Host(`lab${i}`, { startTimeout: TIMEOUT })), problem);
  }
});

test.run();
