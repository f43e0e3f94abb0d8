import { basename } from "node:path";
import type { Place, Problem } from "../problem/problem.js";
import { problemsOfBuild } from "./esbuild-problems.js";

interface BundledDefinition {
  readonly code: string;
  /** source map, as JSON; its sources are relative to the definition's folder */
  readonly map: string;
}

export async function bundleDefinition(
  folder: string,
  file: string,
): Promise<BundledDefinition | { readonly problems: readonly Problem[] }> {
  const { build } = await import("esbuild");
  if (basename(file).includes("*")) {
    return { problems: [{ message: `${basename(file)} has a * in its name`, hint: "rename the file" }] };
  }
  const start: Place = { file: basename(file), line: 1, column: 1 };
  try {
    const result = await build({
      // Not the whole path: esbuild takes a * in it for a wildcard.
      entryPoints: [`./${basename(file)}`],
      // Without it, the output would differ by the folder from which Locusts is run.
      absWorkingDir: folder,
      outfile: `${basename(file)}.cjs`,
      bundle: true,
      write: false,
      format: "cjs",
      platform: "neutral",
      mainFields: ["module", "main"],
      target: "node20",
      sourcemap: "external",
      sourcesContent: false,
      external: ["locusts"],
      logLevel: "silent",
      // A tsconfig beside the definition is for its editor; what a definition means does not depend on it.
      tsconfigRaw: {},
    });
    const text = (ending: string) => result.outputFiles.find((output) => output.path.endsWith(ending))?.text ?? "";
    return { code: text(".cjs"), map: text(".map") };
  } catch (error) {
    return { problems: problemsOfBuild(error, start) };
  }
}
