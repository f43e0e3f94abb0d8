// The TypeScript compiler comes first, from its compiled copy.
import "../../compiler/load/check/typescript-compiled.js";
import { createRequire } from "node:module";

interface Text {
  getLength(): number;
  getText(start: number, end: number): string;
}

interface Documents {
  createOrUpdateSourceFile(path: string, settings: unknown, text: Text, kind: unknown): unknown;
}

/**
 * Has this process read the declarations of the language and of Locusts once for all definitions that it checks,
 * as an editor does: a third of what a check costs.
 *
 * @param require of a file from which ts-morph is found
 */
export function keepDeclarations(require = createRequire(import.meta.url)): void {
  const common = createRequire(require.resolve("ts-morph"))("@ts-morph/common") as {
    DocumentRegistry: { prototype: Documents };
  };
  const documents = common.DocumentRegistry.prototype;
  const read = documents.createOrUpdateSourceFile;
  const kept = new Map<string, { readonly text: string; readonly file: unknown }>();
  documents.createOrUpdateSourceFile = function (path, settings, snapshot, kind) {
    if (!path.endsWith(".d.ts")) return read.call(this, path, settings, snapshot, kind);
    const text = snapshot.getText(0, snapshot.getLength());
    const known = kept.get(path);
    if (known?.text === text) return known.file;
    const file = read.call(this, path, settings, snapshot, kind);
    kept.set(path, { text, file });
    return file;
  };
}
