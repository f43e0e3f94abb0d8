import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Where ts-morph lies, behind what it loads: the TypeScript compiler that it brings along, and what wraps that. Nothing of it is loaded. */
export function findTsMorph(): readonly string[] {
  const tsMorph = createRequire(import.meta.url).resolve("ts-morph");
  const common = createRequire(tsMorph).resolve("@ts-morph/common");
  return [join(dirname(common), "typescript.js"), common, tsMorph];
}
