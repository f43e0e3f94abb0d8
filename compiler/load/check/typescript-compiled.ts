import { loadCompiled } from "./code-cache.js";
import { findTsMorph } from "./ts-morph-files.js";

/** Loads the TypeScript compiler that ts-morph brings along, before ts-morph asks for it. */
function loadTypeScript(): () => void {
  try {
    return loadCompiled(findTsMorph().typescript);
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
