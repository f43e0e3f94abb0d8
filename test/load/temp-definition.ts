import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type LoadedDefinition, loadDefinition } from "../../compiler/load/index.js";
import { ProblemsFound } from "../../compiler/problem/problem.js";
import { keepDeclarations } from "../verbs/keep-declarations.js";

keepDeclarations();

const folders: string[] = [];
process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Makes a folder with these files; it is removed when the process ends. */
export function makeFolder(files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "locusts-load-")));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** Loads a definition from a folder of its own. */
export function load(source: string, files: Readonly<Record<string, string>> = {}): Promise<LoadedDefinition> {
  return loadDefinition(join(makeFolder({ ...files, "swarm.config.ts": source }), "swarm.config.ts"));
}

/** What is wrong with a definition, one line each: `7:12 message (hint)`; files other than the definition are named. */
export async function mistakes(
  source: string,
  files: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  try {
    await load(source, files);
    return [];
  } catch (error) {
    if (!(error instanceof ProblemsFound)) throw error;
    return error.problems.map(({ place, message, hint }) => {
      const file = place && place.file !== "swarm.config.ts" ? `${place.file}:` : "";
      return `${file}${place?.line}:${place?.column} ${message}${hint === undefined ? "" : ` (${hint})`}`;
    });
  }
}

/** A good definition whose lines can be replaced, each by the name of the property that it has. */
export function definition(replaced: Readonly<Record<string, string>> = {}, before: readonly string[] = []): string {
  const lines = {
    import:
      'import { checked, defineSwarm, files, list, local, matches, matrix, node, optional, range, sh, shared } from "locusts";',
    export: "export default defineSwarm({",
    name: '  name: "example",',
    jobs: '  jobs: files("inputs/{id}.txt"),',
    inputs: '  inputs: { first: "inputs/{id}.txt", common: shared("common.txt") },',
    outputs: '  outputs: { text: "{id}.out" },',
    command: "  command: ({ inputs, outputs }) => sh`cat ${inputs.first} ${inputs.common} > ${outputs.text}`,",
    targets: "  targets: { here: local() },",
    end: "});",
  };
  const { import: imports, ...rest } = { ...lines, ...replaced };
  return [imports, ...before, ...Object.values(rest), ""].join("\n");
}
