import type { ShellCommand } from "./command.js";

/** A word at the end, for mail, a chat or the desktop. */
export interface Notify {
  /**
   * What bash runs when a deploy that has run jobs ends; not when it is interrupted or left. A summary is in
   * `$LOCUSTS_SUMMARY`, its parts in further variables; on standard input is what `deploy --json` prints.
   */
  readonly command: string | ShellCommand;
  /**
   * Where: on this machine by whoever follows the deploy, in the definition's folder (`"here"`, as it is without); or on the
   * target by the last manager, whether anybody follows it or not (`"target"`), in the swarm's folder there.
   */
  readonly on?: "here" | "target";
}
