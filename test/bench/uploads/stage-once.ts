import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readBundleDescription, readBundledJobs } from "../../../compiler/format/bundle.js";
import { pilotsFor } from "../../../runtime/schedulers/pilots/pilot-scheduler.js";
import { openTarget } from "../../../runtime/target/open-target.js";
import { stageRun } from "../../../runtime/transfer/stage-run.js";
import { openWorkspace } from "../../../runtime/workspace/workspace.js";

/*
 * stage-once.js <definition's folder> <file>: what `locusts deploy` does between a bundle and the
 * start of its managers, in a process of its own, since a deploy does it once and is not warm then
 * either. Writes its times to the file; starting Node is none of them.
 */

/** In seconds. */
export interface StagingTimes {
  /** until the target's folder is found */
  readonly connecting: number;
  /** from then on, until managers may work on the run */
  readonly staging: number;
}

const [folder = "", file = ""] = process.argv.slice(2);
const bundle = join(folder, "bundle");
const description = readBundleDescription(bundle);
const { pilots } = description;

const start = performance.now();
const { files, close } = await openTarget(openWorkspace(folder), description, { purpose: "own" });
const opened = performance.now();
const staged = await stageRun({
  bundle,
  description,
  sources: folder,
  files,
  isFree: true,
  wanted: [...readBundledJobs(bundle, description)],
  managers: pilots ? pilotsFor(pilots, description.jobs) : 1,
});
await files.send(staged, () => {});
const end = performance.now();
close();
const times: StagingTimes = { connecting: (opened - start) / 1000, staging: (end - opened) / 1000 };
writeFileSync(file, JSON.stringify(times));
