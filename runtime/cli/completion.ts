import { type Command, InvalidArgumentError } from "commander";
import { SHELL_SCRIPTS, type ShellName } from "./shell-scripts.js";

function shellName(text: string): ShellName {
  if (Object.hasOwn(SHELL_SCRIPTS, text)) return text as ShellName;
  throw new InvalidArgumentError(`It takes one of ${Object.keys(SHELL_SCRIPTS).join(", ")}.`);
}

const INSTALL = `
Install it:
  bash   mkdir -p ~/.local/share/bash-completion/completions
         locusts completion bash > ~/.local/share/bash-completion/completions/locusts
         or, without the package bash-completion, in ~/.bashrc: source <(locusts completion bash)
  zsh    in ~/.zshrc, after compinit: source <(locusts completion zsh)
  fish   mkdir -p ~/.config/fish/completions
         locusts completion fish > ~/.config/fish/completions/locusts.fish`;

/** Adds `locusts completion <shell>`, and the hidden verb by which the shells ask what can follow. */
export function completeInShells(program: Command): void {
  program
    .command("completion")
    .description("print what makes a shell complete verbs, options, folders, targets and names of jobs")
    .argument("<shell>", "bash, zsh or fish", shellName)
    .addHelpText("after", INSTALL)
    .exitOverride()
    .action((shell: ShellName) => void process.stdout.write(SHELL_SCRIPTS[shell]));
  program
    .command("__complete", { hidden: true })
    .argument("<line>")
    .argument("[part]")
    .action(async (line: string, part?: string) => {
      const { candidatesFor } = await import("./candidates.js");
      const lines = candidatesFor(program, line, part).map(({ text, words }) =>
        words === "" ? text : `${text}\t${words}`,
      );
      process.stdout.write(lines.map((text) => `${text}\n`).join(""));
    });
}
