import { closeSync, openSync } from "node:fs";
import { ReadStream } from "node:tty";
import { withoutControlCharacters } from "../../../compiler/format/control-characters.js";

export interface Question {
  /** what is behind the question, for a line above it: `dr.who@biowulf` */
  readonly about: string;
  /** the other side's own words, or ours: `Password: ` */
  readonly prompt: string;
  /** whether the answer may be seen while it is typed */
  readonly echo: boolean;
}

/** Asks a person. @throws NobodyToAsk if there is none, or they will not answer */
export type Asker = (question: Question) => Promise<string>;

/** There is no terminal, or whoever sits there pressed Ctrl-C. */
export class NobodyToAsk extends Error {
  override readonly name = "NobodyToAsk";
}

/** Whether this process has a terminal of its own, whatever its standard streams are. */
export function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r+"));
    return true;
  } catch {
    return false;
  }
}

/** Asks on the controlling terminal, as `ssh` does, whatever the streams are. @throws NobodyToAsk without one */
export async function askOnTerminal({ about, prompt, echo }: Question): Promise<string> {
  let terminal: ReadStream;
  try {
    terminal = new ReadStream(openSync("/dev/tty", "r+"));
  } catch (error) {
    throw new NobodyToAsk("there is no terminal to ask on", { cause: error });
  }
  const write = (text: string): void => {
    // ReadStream is a socket and writes as well; its types do not say so
    (terminal as unknown as NodeJS.WritableStream).write(text);
  };
  terminal.setRawMode(true);
  write(`(${withoutControlCharacters(about)}) ${withoutControlCharacters(prompt)}`);
  try {
    return await readLine(terminal, echo ? write : () => {});
  } finally {
    write("\r\n");
    terminal.setRawMode(false);
    terminal.destroy();
  }
}

function readLine(terminal: ReadStream, show: (text: string) => void): Promise<string> {
  let line = "";
  return new Promise((resolve, reject) => {
    terminal.once("error", reject);
    terminal.setEncoding("utf8").on("data", (text: string) => {
      for (const character of text) {
        if (character === "\r" || character === "\n") return resolve(line);
        // Ctrl-C, and Ctrl-D on an empty line
        if (character === "\u0003" || (character === "\u0004" && line === "")) {
          return reject(new NobodyToAsk("no answer was given"));
        }
        if (character === "\u007f" || character === "\b") {
          if (line !== "") show("\b \b");
          line = [...line].slice(0, -1).join("");
        } else if (character >= " ") {
          line += character;
          show(character);
        }
      }
    });
  });
}
