import { formatSeconds } from "../../../compiler/format/amounts.js";
import type { Terminal } from "./terminal.js";

/** Says that a connection broke, and when the next try will be. */
export function sayReconnecting(terminal: Terminal, words: string, pause: number): void {
  terminal.say(`${words}; connecting again in ${formatSeconds(pause / 1000)}`);
}
