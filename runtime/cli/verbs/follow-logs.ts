import { formatBytes, formatSeconds } from "../../../compiler/format/amounts.js";
import type { BundledJob } from "../../../compiler/format/bundle.js";
import { printableName } from "../../../compiler/format/control-characters.js";
import type { DeployedSwarm } from "../../collect/deployed-swarm.js";
import { LogFollower, type LogObserver } from "../../collect/follow-logs.js";
import { STREAMS, type Stream } from "../../results/logs.js";
import { type EndedTry, secondsOf } from "../../run/journal.js";
import { CommandLines } from "../output/command-lines.js";
import { wordsOf } from "../output/failures.js";
import type { Terminal } from "../output/terminal.js";

/** Lines of several jobs, each with its job's name before it; of a line that has not ended so far, nothing. */
class NamedLines {
  readonly #rests = new Map<string, Buffer>();

  constructor(
    readonly terminal: Terminal,
    readonly commands: CommandLines,
  ) {}

  print(job: string, stream: Stream, block: Buffer): void {
    const key = `${stream} ${job}`;
    const text = Buffer.concat([this.#rests.get(key) ?? Buffer.alloc(0), block]);
    const end = text.lastIndexOf(10) + 1;
    this.#rests.set(key, Buffer.from(text.subarray(end)));
    if (end > 0) this.#show(job, stream, text.toString("utf8", 0, end));
  }

  /** Of a job that has ended, also what no line feed ends. */
  end(job: string): void {
    for (const stream of STREAMS) {
      const rest = this.#rests.get(`${stream} ${job}`);
      this.#rests.delete(`${stream} ${job}`);
      if (rest && rest.length > 0) this.#show(job, stream, `${rest.toString("utf8")}\n`);
    }
  }

  #show(job: string, stream: Stream, lines: string): void {
    const name = this.terminal.colors.dim(`${printableName(job)}|`);
    const translate = this.commands.translatorOf(stream, job) ?? ((line) => line);
    this.terminal.pass(stream, Buffer.from(lines), (line) => `${name} ${translate(line)}`);
  }
}

function howEnded(ended: EndedTry): string {
  const after = `after ${formatSeconds(secondsOf(ended))} on ${ended.host}`;
  return ended.event === "done" ? `ended well, ${after}` : `failed: ${wordsOf(ended)}; ${after}`;
}

/** `logs --follow`: what a job prints while it runs, or all that run. @returns whether any ran */
export function followLogs(
  terminal: Terminal,
  deployed: DeployedSwarm,
  only: BundledJob | undefined,
): Promise<boolean> {
  const commands = new CommandLines(deployed);
  const lines = new NamedLines(terminal, commands);
  const say = (text: string) => terminal.quote(terminal.colors.dim(`==> ${text}`));
  const observer: LogObserver = {
    printed(job, stream, block, skipped) {
      if (only && skipped > 0) say(`the first ${formatBytes(skipped)} are left out`);
      if (only) terminal.pass(stream, block, commands.translatorOf(stream, job.name));
      else lines.print(job.name, stream, block);
    },
    ended(job, ended) {
      lines.end(job.name);
      say(`${printableName(job.name)} ${howEnded(ended)}`);
    },
    away: (job, host) =>
      say(`${printableName(job.name)} runs on the own disk of ${host}: what it prints is seen when it has ended`),
    waiting: () => say(`${printableName(only?.name ?? "")} has not begun; waiting for it`),
  };
  return new LogFollower(deployed, observer, only).follow();
}
