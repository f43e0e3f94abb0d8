import picocolors from "picocolors";

/** Where verbs say what they have to say: everything for people to stderr, results to stdout. */
export interface Terminal {
  readonly colors: ReturnType<typeof picocolors.createColors>;
  /** whether a person is looking: then a line may be rewritten */
  readonly live: boolean;
  readonly width: number;
  /** a line for people */
  say(text: string): void;
  /** a result, for people or programs */
  print(text: string): void;
  /** shows one line in place of the last one that was shown so; "" takes it away */
  status(text: string): void;
}

/** The terminal of this process. With `json`, colours and live lines are off. */
export function openTerminal(json: boolean): Terminal {
  const live = !json && process.stderr.isTTY === true && process.env.TERM !== "dumb";
  let shown = false;
  const erase = () => {
    if (shown) process.stderr.write("\r\u001b[K");
    shown = false;
  };
  return {
    colors: picocolors.createColors(live && picocolors.isColorSupported),
    live,
    get width() {
      return process.stderr.columns ?? 80;
    },
    say(text) {
      erase();
      process.stderr.write(`${text}\n`);
    },
    print(text) {
      erase();
      process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    },
    status(text) {
      if (!live) return;
      erase();
      if (text === "") return;
      process.stderr.write(text);
      shown = true;
    },
  };
}
