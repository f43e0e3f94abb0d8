import { fileURLToPath } from "node:url";
import { loadCompiled } from "./code-cache.js";
import { findTsMorph } from "./ts-morph-files.js";

// Loads the TypeScript compiler that ts-morph brings along, before ts-morph asks for it.
try {
  loadCompiled(findTsMorph().typescript, fileURLToPath(new URL("./typescript.v8", import.meta.url)));
} catch {
  // Then ts-morph loads it.
}
