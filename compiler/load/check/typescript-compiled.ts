import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { loadCompiled } from "./code-cache.js";
import { findTsMorph } from "./ts-morph-files.js";

// Loads ts-morph, and the TypeScript compiler that it brings along, before somebody asks for it.
try {
  for (const file of findTsMorph()) {
    loadCompiled(file, fileURLToPath(new URL(`./${basename(file, ".js")}.v8`, import.meta.url)));
  }
} catch {
  // Then whoever asks loads it.
}
