import { readdirSync } from "node:fs";
import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";

/** The targets that bundles were built for here: they are what can be completed without compiling. */
function builtTargets(): string[] {
  try {
    return readdirSync("bundle");
  } catch {
    return [];
  }
}

/** Adds `locusts completion <shell>`, which prints a script for bash, zsh, fish or PowerShell. */
export function completeInShells(program: Command): void {
  const completion = tab(program, { completionCommandName: "completion" });
  for (const command of completion.commands.values()) {
    const target = command.options.get("target");
    if (target) {
      target.handler = (complete) => {
        for (const name of builtTargets()) complete(name, "");
      };
    }
  }
}
