import { createHash } from "node:crypto";
import type { BundledTreeEntry, TreeContent } from "../format/bundle.js";
import { encodeRow } from "../format/tsv.js";

/** The first line of `tree.tsv`. No times: no two checkouts have the same. */
export const TREE_HEADER = encodeRow(["path", "kind", "bytes", "rights", "use", "sha256", "link"]);

export function treeRow({ path, kind, bytes, rights, readOnly, sha256, link }: BundledTreeEntry): string {
  return encodeRow([path, kind, String(bytes), rights, readOnly ? "read" : "write", sha256, link]);
}

/** Sums up a tree while its entries pass by. */
export class TreeSum {
  readonly #digest = createHash("sha256");
  readonly #counts = { file: 0, folder: 0, link: 0 };
  #bytes = 0;

  add({ path, kind, bytes, rights, sha256, link }: BundledTreeEntry): void {
    this.#counts[kind] += 1;
    this.#bytes += bytes;
    this.#digest.update(encodeRow([path, kind, rights, sha256, link]));
  }

  finish(): TreeContent {
    const { file, folder, link } = this.#counts;
    return { files: file, folders: folder, links: link, bytes: this.#bytes, digest: this.#digest.digest("hex") };
  }
}
