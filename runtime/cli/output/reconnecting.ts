import { formatSeconds } from "../../../compiler/format/amounts.js";
import type { Terminal } from "./terminal.js";

/** Says that a connection broke, and when the next try will be. */
export function sayReconnecting(terminal: Terminal, message: string, pause: number): void {
  terminal.say(`${message}; connecting again in ${formatSeconds(pause / 1000)}`);
}
