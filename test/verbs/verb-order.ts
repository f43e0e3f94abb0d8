/** A verb that is to be run, and what it is to find around it. */
export interface VerbOrder {
  readonly words: readonly string[];
  readonly folder: string;
  /** all of it */
  readonly environment: NodeJS.ProcessEnv;
  readonly umask: number;
}

/** How it has ended. */
export interface VerbAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The variable that tells a test file in which folder a server listens. */
export const VERB_SERVER = "LOCUSTS_TEST_VERBS";
