import type { ImportedTree } from "./read-tree-file.js";

export function printTree(root: string, { workdir, select }: ImportedTree): string {
  return [
    "tree({",
    `  root: ${JSON.stringify(root)},`,
    ...(workdir === undefined || workdir === "." ? [] : [`  workdir: ${JSON.stringify(workdir)},`]),
    "  select: [",
    ...select.map((rule) => `    ${JSON.stringify(rule)},`),
    "  ],",
    "})",
  ].join("\n");
}
