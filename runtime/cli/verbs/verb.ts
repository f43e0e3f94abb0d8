import type { ExitCode } from "../output/exit-codes.js";
import type { Terminal } from "../output/terminal.js";

export interface VerbContext {
  readonly terminal: Terminal;
  /** the definition's folder or file, as typed; "." unless given */
  readonly place: string;
  readonly target: string | undefined;
  /** the path of a definition that is looked at in the place of the one that lies there */
  readonly standIn?: string;
  /** print one document on stdout, instead of text for people */
  readonly json: boolean;
}

export type Verb<Options> = (context: VerbContext, options: Options) => Promise<ExitCode>;
