import type { ShellCommand } from "./command.js";

/** A word at the end of a deploy, for mail, a chat or the desktop. */
export interface Notify {
  /**
   * What bash runs on this machine, in the definition's folder, when a deploy that has run jobs ends; not when it is
   * interrupted or left. A summary is in `$LOCUSTS_SUMMARY`, its parts in further variables; on standard input is what
   * `deploy --json` prints.
   */
  readonly command: string | ShellCommand;
}
