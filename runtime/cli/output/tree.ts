import { countOf, formatBytes } from "../../../compiler/format/amounts.js";
import type { BundledTree, BundledTreeEntry } from "../../../compiler/format/bundle.js";
import { printableName } from "../../../compiler/format/control-characters.js";

/** Folders deeper than this are part of their parent's line. */
const DEEPEST = 3;

const MOST_BESIDE = 12;

interface FolderSum {
  files: number;
  links: number;
  folders: number;
  bytes: number;
  readonly within: Map<string, FolderSum>;
}

function newSum(): FolderSum {
  return { files: 0, links: 0, folders: 0, bytes: 0, within: new Map() };
}

function describeSum({ files, links, folders, bytes }: FolderSum): string {
  const counts = [
    countOf(files, "file"),
    ...(links > 0 ? [countOf(links, "link")] : []),
    ...(folders > 0 ? [countOf(folders, "folder")] : []),
  ];
  return files + links + folders === 0 ? "empty" : `${counts.join(", ")}, ${formatBytes(bytes)}`;
}

/** Adds up the entries of a tree by its uppermost folders, so that it can be shown in a few lines. */
export class TreeListing {
  readonly #top = newSum();

  add({ path, kind, bytes }: BundledTreeEntry): void {
    const names = path.split("/");
    let at = this.#top;
    const reach = Math.min(names.length, DEEPEST + 1);
    for (let depth = 0; ; depth += 1) {
      if (kind === "file") at.files += 1;
      else if (kind === "link") at.links += 1;
      else at.folders += 1;
      at.bytes += bytes;
      if (depth >= reach - 1) break;
      const name = names[depth] as string;
      const below = at.within.get(name) ?? newSum();
      at.within.set(name, below);
      at = below;
    }
    if (kind === "folder" && names.length <= DEEPEST) at.within.set(names.at(-1) as string, newSum());
  }

  /** The tree, indented; nothing of an empty one. */
  lines(): string[] {
    if (this.#top.files + this.#top.links + this.#top.folders === 0) return [];
    const lines = [describeSum(this.#top)];
    const show = (sum: FolderSum, indent: string) => {
      const folders = [...sum.within];
      for (const [name, below] of folders.slice(0, MOST_BESIDE)) {
        lines.push(`${indent}${printableName(name)}/  ${describeSum(below)}`);
        show(below, `${indent}  `);
      }
      const more = folders.length - MOST_BESIDE;
      if (more > 0) lines.push(`${indent}… and ${countOf(more, "more folder")}`);
    };
    show(this.#top, "  ");
    return lines;
  }
}

export function describeTreeUse({ mode, root, workdir, apply, collects }: BundledTree): string {
  if (collects === false) return `${root} on the target itself, in which jobs run as they would by hand`;
  const how = {
    copy: `${root}, in one copy for all jobs`,
    inPlace: `${root} on the target itself, which jobs change`,
    perJob: `${root}, one for each job`,
  }[mode];
  const place = workdir === "." ? "" : `; jobs run in ${workdir}`;
  return `${how}${place}${apply ? `; what has changed is put into ${root}` : ""}`;
}
