import { fileURLToPath } from "node:url";
import { type Loaded, loadCompiled } from "./code-cache.js";
import { findTsMorph } from "./ts-morph-files.js";

/** Loads the TypeScript compiler that ts-morph brings along, before ts-morph asks for it. */
function loadTypeScript(): Loaded | undefined {
  try {
    return loadCompiled(findTsMorph().typescript, fileURLToPath(new URL("./typescript.v8", import.meta.url)));
  } catch {
    return undefined;
  }
}

const typescript = loadTypeScript();

/** Keeps the compiled TypeScript compiler beside the compiled Locusts; to be called after a check. */
export function keepCompiledTypeScript(): void {
  typescript?.keep();
}
