import { join } from "node:path";
import { build } from "../../compiler/build.js";
import { compile } from "../../compiler/compile.js";
import { ProblemsFound } from "../../compiler/problem/problem.js";
import { makeFolder } from "../load/temp-definition.js";

export interface Checked {
  /** the names of the jobs; none if anything is wrong */
  readonly jobs: readonly string[];
  /** `message (hint)` */
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

export interface SwarmFields {
  readonly jobs: string;
  readonly inputs?: string;
  readonly outputs?: string;
  readonly command?: string;
  readonly more?: string;
}

/** The text of a definition. */
export function swarm({ jobs, inputs = "{}", outputs = "{}", command = "sh`true`", more = "" }: SwarmFields): string {
  return `import { commands, defineSwarm, files, input, list, local, matrix, range, rows, sh, ssh, table, tree } from "locusts";
export default defineSwarm({
  name: "t",
  jobs: ${jobs},
  inputs: ${inputs},
  outputs: ${outputs},
  command: ({ inputs, outputs, params }) => ${command},
  targets: { local: local() },
  ${more}
});
`;
}

/** Does all that `locusts check` does, in a folder of its own with these files. */
export async function check(fields: SwarmFields, files: Readonly<Record<string, string>> = {}): Promise<Checked> {
  const folder = makeFolder({ "swarm.config.ts": swarm(fields), ...files });
  const jobs: string[] = [];
  try {
    const compilation = await compile(join(folder, "swarm.config.ts"), undefined);
    const { notes } = build(compilation, {
      folder: join(folder, "bundle"),
      write: false,
      digests: undefined,
      onJob: ({ name }) => jobs.push(name),
    });
    return { jobs, problems: [], notes: notes.map(({ message }) => message) };
  } catch (error) {
    if (!(error instanceof ProblemsFound)) throw error;
    const problems = error.problems.map(({ message, hint }) => (hint === undefined ? message : `${message} (${hint})`));
    return { jobs: [], problems, notes: [] };
  }
}
