export const EXIT = {
  fine: 0,
  error: 1,
  /** `diff` and `build --check` found differences */
  differs: 2,
  /** some jobs have failed */
  jobsFailed: 3,
  usage: 64,
  /** stopped by Ctrl-C */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
