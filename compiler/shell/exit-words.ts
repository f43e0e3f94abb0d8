/** Exit codes whose meaning is general; what a program says by its own small codes is its own affair. */
const CODES: Readonly<Record<number, string>> = {
  124: "timed out (by timeout)",
  125: "the program that starts the command failed (timeout, env, docker and the like)",
  126: "found, but could not be run",
  127: "command not found",
};

/** Signals on Linux, on every processor that a cluster is likely to have. */
const SIGNALS: Readonly<Record<number, readonly [name: string, words: string]>> = {
  1: ["SIGHUP", "connection or terminal closed"],
  2: ["SIGINT", "interrupted"],
  3: ["SIGQUIT", "quit"],
  4: ["SIGILL", "illegal instruction; the program may be built for another processor"],
  5: ["SIGTRAP", "trace trap"],
  6: ["SIGABRT", "aborted itself"],
  7: ["SIGBUS", "bus error"],
  8: ["SIGFPE", "arithmetic error"],
  9: ["SIGKILL", "killed"],
  10: ["SIGUSR1", "user-defined signal 1"],
  11: ["SIGSEGV", "segmentation fault"],
  12: ["SIGUSR2", "user-defined signal 2"],
  13: ["SIGPIPE", "wrote to a closed pipe"],
  14: ["SIGALRM", "alarm clock"],
  15: ["SIGTERM", "terminated"],
  16: ["SIGSTKFLT", "stack fault"],
  18: ["SIGCONT", "continued"],
  19: ["SIGSTOP", "stopped"],
  20: ["SIGTSTP", "stopped from the terminal"],
  21: ["SIGTTIN", "read from the terminal in the background"],
  22: ["SIGTTOU", "wrote to the terminal in the background"],
  24: ["SIGXCPU", "CPU time limit exceeded"],
  25: ["SIGXFSZ", "file size limit exceeded"],
  26: ["SIGVTALRM", "virtual timer expired"],
  27: ["SIGPROF", "profiling timer expired"],
  29: ["SIGIO", "input or output possible"],
  30: ["SIGPWR", "power failure"],
  31: ["SIGSYS", "bad system call"],
};

const ADVICE: Readonly<Record<number, string>> = {
  126: "is it executable (chmod +x), does its first line name a program that is there, is it built for this processor?",
  127: "is the program installed there, and in PATH? environment.modules, prepare and variables are for that",
  137: "often for want of memory, or by a scheduler: resources.memory says what a job needs",
  139: "the program itself has a fault, or its memory is limited (ulimit -s, ulimit -v)",
  141:
    "commands run under `set -o pipefail`: in `cat large | head -n 1`, cat is ended so when head has seen enough; " +
    "let head read the file itself, or write `{ cat large || (($? == 141)); } | head -n 1`",
  143: "somebody, or a program such as timeout or a scheduler, has asked it to end",
  152: "a limit of CPU time is set where it ran: ulimit -t shows it",
  153: "a limit of file sizes is set where it ran: ulimit -f shows it",
};

/** What can be done about an exit code; undefined where there is nothing general to say. */
export function adviseOnExit(code: number): string | undefined {
  return ADVICE[code];
}

/**
 * What an exit code, as bash gives it in `$?`, says about a command's end, in words. Codes above 128 are read as
 * signals, which is how bash reports one. Where the meaning is the program's own, the answer is just `exit code 3`.
 */
export function describeExit(code: number): string {
  if (code === 0) return "succeeded";
  const words = CODES[code];
  if (words !== undefined) return words;
  const signal = code - 128;
  const [name, meaning] = SIGNALS[signal] ?? [];
  if (name !== undefined) return `${meaning} (${name})`;
  return signal >= 34 && signal <= 64 ? `real-time signal ${signal}` : `exit code ${code}`;
}
