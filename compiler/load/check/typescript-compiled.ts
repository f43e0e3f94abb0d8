import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { loadCompiled } from "./code-cache.js";

/** Loads the TypeScript compiler that ts-morph brings along, before ts-morph asks for it. */
function loadTypeScript(): () => void {
  try {
    const tsMorph = createRequire(import.meta.url).resolve("ts-morph");
    const common = createRequire(tsMorph).resolve("@ts-morph/common");
    return loadCompiled(join(dirname(common), "typescript.js"));
  } catch {
    return () => {};
  }
}

let keep: (() => void) | undefined = loadTypeScript();

/** Keeps the compiled TypeScript compiler beside the compiled Locusts; to be called after a check. */
export function keepCompiledTypeScript(): void {
  keep?.();
  keep = undefined;
}
