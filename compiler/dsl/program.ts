import type { Swarm } from "./swarm.js";

/** What a program gets: the paths and params of its job. */
export type ProgramArguments<S> =
  S extends Swarm<infer P, infer I, infer O>
    ? {
        /** paths of the inputs, from the job's folder, which is the working directory */
        readonly inputs: { readonly [K in keyof I]: string };
        /** paths at which the outputs are expected */
        readonly outputs: { readonly [K in keyof O]: string };
        readonly params: P;
      }
    : never;

/** A program that a swarm runs with `node("./program.ts")`; the file's default export. */
export type Program = (args: never) => void | Promise<void>;

/**
 * Types a program by the swarm that runs it.
 *
 * @example import { program } from "locusts"; import type swarm from "./swarm.config.js"; export default program<typeof
 *   swarm>(({ inputs, outputs, params }) => { … });
 */
export function program<S>(run: (args: ProgramArguments<S>) => void | Promise<void>): Program {
  return run as Program;
}
