import type { HostOptions } from "../host.js";
import { driveScript } from "./drive-script.js";
import type { PackedScript } from "./packed-script.js";
import type { Ended, RunOptions, StartedScript } from "./script-run.js";

export class Starts {
  #hasWorked = false;
  #wasSlow = false;

  constructor(readonly options: HostOptions) {}

  async drive(
    started: StartedScript,
    packed: PackedScript,
    options: RunOptions,
    name: string,
    isRefused?: (said: string) => boolean,
  ): Promise<Ended> {
    const { startTimeout, onSlowStart } = this.options;
    const onSlow = (message: string): void => {
      if (!this.#wasSlow) onSlowStart?.(message);
      this.#wasSlow = true;
    };
    const ended = await driveScript(started, packed, options, name, {
      onSlow,
      isRefused,
      hasWorked: this.#hasWorked,
      ...(startTimeout === undefined ? {} : { timeout: startTimeout }),
    });
    this.#hasWorked = true;
    return ended;
  }
}
