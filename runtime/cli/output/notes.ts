import { formatSeconds } from "../../../compiler/format/amounts.js";
import type { Problem } from "../../../compiler/problem/problem.js";
import type { Terminal, Voice } from "./terminal.js";
import { seenFromHere } from "./where.js";

export function sayNote({ colors, say }: Voice, message: string): void {
  say(`${colors.yellow("note:")} ${message}`);
}

export function sayNotes({ colors, say }: Terminal, notes: readonly Problem[]): void {
  for (const { message, hint, place } of notes.map(seenFromHere)) {
    const where = place ? `${place.file}:${place.line}:${place.column}: ` : "";
    say(`  ${colors.yellow("note:")} ${where}${message}${hint ? colors.dim(` (${hint})`) : ""}`);
  }
}

export function sayReconnecting(terminal: Terminal, message: string, pause: number): void {
  terminal.say(`${message}; connecting again in ${formatSeconds(pause / 1000)}`);
}
