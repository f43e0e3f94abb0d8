import type { Command } from "commander";
import { closest } from "../../compiler/problem/closest.js";

/** What people type who know other tools, and how it is said here. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  deploy: ["start", "submit", "resume", "continue", "go", "exec", "execute", "retry"],
  "deploy --redo": ["rerun", "redo", "restart", "repeat"],
  "deploy --dry-run": ["plan", "preview", "dry-run"],
  cancel: ["stop", "kill", "abort", "terminate"],
  status: ["ls", "list", "ps", "stat", "show", "jobs", "queue", "progress"],
  "status --watch": ["watch"],
  logs: ["log", "cat", "output", "failed"],
  "logs --follow": ["tail", "follow"],
  repro: ["reproduce", "debug", "shell"],
  gather: ["fetch", "collect", "pull", "get", "download", "sync"],
  check: ["validate", "lint", "verify", "test"],
  build: ["compile", "make"],
  init: ["new", "create", "begin"],
  clean: ["rm", "remove", "delete", "purge", "prune"],
  doctor: ["diagnose", "probe"],
  "--help": ["usage"],
  "--version": ["version"],
};

/** Has a word that is no verb be answered with what was meant by it, as far as can be told. */
export function explainUnknownVerbs(program: Command): void {
  program.on("command:*", ([word = ""]: readonly string[]) => {
    const verbs = program.commands.map((command) => command.name()).filter((name) => !name.startsWith("__"));
    const [call] = Object.entries(MEANT).find(([, words]) => words.includes(word.toLowerCase())) ?? [];
    const meant = call ?? closest(word, verbs);
    const hint = meant === undefined ? `the verbs are ${verbs.join(", ")}` : `did you mean locusts ${meant}?`;
    program.error(`error: unknown verb '${word}'\n(${hint})`);
  });
}
