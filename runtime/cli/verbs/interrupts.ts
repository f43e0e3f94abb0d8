import { EXIT } from "../output/exit-codes.js";

/**
 * So close together, in milliseconds, two signals are one Ctrl-C: `timeout -s INT` sends one to the process and one to its
 * group, and a program that has started this one may pass on what the terminal has sent to both.
 */
const SAME_INTERRUPT = 250;

/**
 * Answers Ctrl-C instead of ending: each time with the next of these answers; after the last of them it does end.
 *
 * @returns has Ctrl-C end this process again, as before
 */
export function onInterrupts(answers: readonly (() => void)[]): () => void {
  let asked = 0;
  let last = Number.NEGATIVE_INFINITY;
  const interrupt = () => {
    const now = performance.now();
    if (now - last < SAME_INTERRUPT) return;
    last = now;
    const answer = answers[asked];
    asked += 1;
    if (answer) answer();
    else process.exit(EXIT.interrupted);
  };
  process.on("SIGINT", interrupt);
  return () => void process.off("SIGINT", interrupt);
}
