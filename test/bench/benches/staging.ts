import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { noCluster } from "../../cluster/availability.js";
import { useSshd } from "../../cluster/sshd.js";
import { atMost, type Bar, type Bench, compare, type Line, type Setting } from "../bench.js";
import { sentJobs } from "../definitions.js";
import { locusts, writeDefinition } from "../locusts.js";
import { interleave, type Measurement, measurementOf, type Side } from "../measure.js";
import { runTimed } from "../timed-run.js";
import { whyMissing } from "../tools.js";
import type { StagingTimes } from "../uploads/stage-once.js";
import { type Cargo, Harbour, type OtherUpload, uploadWith } from "../uploads/upload.js";

const STAGE_ONCE = fileURLToPath(new URL("../uploads/stage-once.js", import.meta.url));
/** How large a small input is, in bytes. */
const SMALL = 1024;
const BLOCK = 1_000_000;

function makeSmallFiles({ ground }: Setting, files: number): Cargo {
  const source = join(ground.fresh("small"), "inputs");
  mkdirSync(source);
  for (let i = 1; i <= files; i += 1) writeFileSync(join(source, String(i)), randomBytes(SMALL));
  return { name: `${files.toLocaleString("en-US")} files of 1 KB`, source, files, bytes: files * SMALL };
}

function makeLargeFile({ ground }: Setting, megabytes: number): Cargo {
  const source = join(ground.fresh("large"), "data");
  for (let i = 0; i < megabytes; i += 1) appendFileSync(source, randomBytes(BLOCK));
  // A file that was only just written is hashed at each use: it might still change.
  utimesSync(source, new Date("2020-01-01"), new Date("2020-01-01"));
  return { name: `a file of ${megabytes} MB`, source, files: 1, bytes: megabytes * BLOCK };
}

/** Of all files in a folder, and below it: packed files count as what they hold, and tar's own blocks. */
function bytesIn(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size;
  }
  return bytes;
}

/** A large upload makes room for the next one; small files stay, as removing them would slow the others down. */
function checkArrived({ source, files, bytes }: Cargo, there: string): void {
  if (bytesIn(there) < bytes) throw new Error(`not all of ${basename(source)} has arrived in ${there}`);
  if (files === 1) rmSync(there, { recursive: true });
}

interface Way {
  readonly other: OtherUpload;
  readonly words: string;
  readonly bar?: Bar;
}

const WAYS: readonly Way[] = [
  { other: "tar", words: "tar c | ssh … tar x", bar: atMost(1.2) },
  { other: "rsync", words: "rsync -a", bar: atMost(1) },
  { other: "scp", words: "scp -r", bar: atMost(1) },
];
/** Where the network is as fast as loopback, the cipher counts: what `ssh` prefers is slower than what Locusts does. */
const SAME_CIPHER: Way = { other: "tar-aes", words: "tar c | ssh -c aes128-gcm@openssh.com … tar x" };

async function measure(setting: Setting, harbour: Harbour, cargo: Cargo, jobs: number): Promise<Line[]> {
  const { ground, runs, say } = setting;
  const { config, environment } = harbour.sshd;
  const opened: number[] = [];
  const ours: Side = {
    name: "locusts",
    async prepare() {
      const folder = ground.fresh("staging");
      const log = ground.log("staging");
      const there = harbour.fresh();
      const times = `${log}.times`;
      writeDefinition(folder, sentJobs(jobs, cargo.source, cargo.files === 1 ? "shared" : "each", there));
      await runTimed(locusts(folder, `${log}.build`, "build", "--out", join(folder, "bundle")));
      return {
        command: { program: process.execPath, args: [STAGE_ONCE, folder, times], folder, environment, log },
        seconds() {
          const { connecting, staging } = JSON.parse(readFileSync(times, "utf8")) as StagingTimes;
          opened.push(staging);
          return connecting + staging;
        },
        check: () => checkArrived(cargo, there),
      };
    },
  };
  const ways = [...WAYS, ...(cargo.files === 1 ? [SAME_CIPHER] : [])];
  const noRsync = whyMissing("rsync");
  const others = ways
    .filter(({ other }) => other !== "rsync" || !noRsync)
    .map(
      ({ other }): Side => ({
        name: other,
        prepare() {
          const there = harbour.fresh();
          return {
            command: { ...uploadWith(other, cargo, there, config), folder: ground.folder, log: ground.log(other) },
            check: () => checkArrived(cargo, there),
          };
        },
      }),
    );
  const [whole, ...theirs] = (await interleave([ours, ...others], runs, say)) as [Measurement, ...Measurement[]];
  const lines = ways.map(({ other, words, bar }): Line => {
    const what = `${cargo.name}: connecting and staging against ${words}`;
    const measured = theirs.find(({ name }) => name === other);
    return measured ? compare(what, whole, measured, bar) : { kind: "skipped", what, why: noRsync ?? "not measured" };
  });
  const fromOpen = measurementOf("locusts", opened);
  const tar = theirs[0] as Measurement;
  const what = `${cargo.name}: staging by an open connection against ${(WAYS[0] as Way).words}, which connects`;
  return [...lines, compare(what, fromOpen, tar)];
}

/** Inputs on their way to another machine. */
export const stagingBench: Bench = {
  name: "staging",
  description:
    "inputs through a real sshd on this machine's loopback, until managers could start: small ones lie packed then, a tar for each chunk, and the bundle's digests are verified",
  async run(setting) {
    if (noCluster) return [{ kind: "skipped", what: "staging through ssh", why: noCluster }];
    const files = setting.quick ? 200 : 2000;
    const megabytes = setting.quick ? 50 : 500;
    // scp speaks sftp by now
    const harbour = new Harbour(await useSshd({ settings: ["Subsystem sftp internal-sftp"] }));
    try {
      return [
        ...(await measure(setting, harbour, makeSmallFiles(setting, files), files)),
        ...(await measure(setting, harbour, makeLargeFile(setting, megabytes), 10)),
      ];
    } finally {
      harbour.remove();
    }
  },
};
