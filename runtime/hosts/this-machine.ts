import { spawn } from "node:child_process";
import { ConnectionLost, type Ended, type Host, type RunOptions } from "./host.js";
import { driveScript } from "./script/drive-script.js";
import { packScript } from "./script/packed-script.js";
import { startProcess } from "./script/start-process.js";

/** The machine that Locusts runs on. */
export class ThisMachine implements Host {
  readonly name = "this machine";

  /** As `Host.run`; `timeout` ends the script and what it has started in its process group. */
  run(script: string, words: readonly string[] = [], options: RunOptions = {}): Promise<Ended> {
    const packed = packScript(script, words);
    const [program, ...rest] = packed.command;
    const child = spawn(program, rest, { stdio: ["pipe", "pipe", "pipe"], detached: true });
    const started = startProcess(child, (error) => new ConnectionLost(`bash cannot be started: ${error.message}`));
    return driveScript(started, packed, options, this.name);
  }

  close(): void {}
}
