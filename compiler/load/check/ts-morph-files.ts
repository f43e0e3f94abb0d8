import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Where ts-morph lies, with the TypeScript compiler that it brings along; nothing of it is loaded. */
export function findTsMorph(): { readonly typescript: string; readonly others: readonly string[] } {
  const tsMorph = createRequire(import.meta.url).resolve("ts-morph");
  const common = createRequire(tsMorph).resolve("@ts-morph/common");
  return { typescript: join(dirname(common), "typescript.js"), others: [tsMorph, common] };
}
