import { formatSeconds } from "../../../compiler/format/amounts.js";
import type { Problem } from "../../../compiler/problem/problem.js";
import type { Terminal } from "./terminal.js";
import { seenFromHere } from "./where.js";

/** Says what is not wrong, and worth a word. */
export function sayNotes({ colors, say }: Terminal, notes: readonly Problem[]): void {
  for (const { message, hint, place } of notes.map(seenFromHere)) {
    const where = place ? `${place.file}:${place.line}:${place.column}: ` : "";
    say(`  ${colors.yellow("note:")} ${where}${message}${hint ? colors.dim(` (${hint})`) : ""}`);
  }
}

/** Says that a connection broke, and when the next try will be. */
export function sayReconnecting(terminal: Terminal, message: string, pause: number): void {
  terminal.say(`${message}; connecting again in ${formatSeconds(pause / 1000)}`);
}
