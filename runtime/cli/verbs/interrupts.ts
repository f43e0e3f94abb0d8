import { EXIT } from "../output/exit-codes.js";

/**
 * Answers Ctrl-C instead of ending: each time with the next of these answers; after the last of them it does end.
 *
 * @returns has Ctrl-C end this process again, as before
 */
export function onInterrupts(answers: readonly (() => void)[]): () => void {
  let asked = 0;
  const interrupt = () => {
    const answer = answers[asked];
    asked += 1;
    if (answer) answer();
    else process.exit(EXIT.interrupted);
  };
  process.on("SIGINT", interrupt);
  return () => void process.off("SIGINT", interrupt);
}
