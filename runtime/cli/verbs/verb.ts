import type { ExitCode } from "../output/exit-codes.js";
import type { Terminal } from "../output/terminal.js";

/** What every verb is given. */
export interface VerbContext {
  readonly terminal: Terminal;
  /** the definition's folder or file, as typed; "." unless given */
  readonly place: string;
  readonly target: string | undefined;
  /** print one document on stdout, instead of text for people */
  readonly json: boolean;
}

/** A verb: does its work and says how it ended. */
export type Verb<Options> = (context: VerbContext, options: Options) => Promise<ExitCode>;
