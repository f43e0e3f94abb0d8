import { lstatSync, readdirSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { errorCode } from "../file-access.js";
import { isWithin } from "../within.js";
import { linkStaysIn } from "./links.js";

/** Something that an input consists of; `path` is its path within the input, empty for the input itself. */
export type InputEntry = { readonly path: string; readonly stats: Stats } /** `source` is where it can be read */ & (
  | { readonly kind: "file"; readonly source: string }
  | { readonly kind: "folder" }
  /** a link that leads to another place within the input */
  | { readonly kind: "link"; readonly leadsTo: string }
);

export interface InputFault {
  readonly path: string;
  readonly why: string;
  readonly hint: string;
}

export class UnusableInput extends Error {
  override readonly name = "UnusableInput";

  constructor(readonly faults: readonly InputFault[]) {
    super(faults.map(({ path, why }) => `${path} ${why}`).join("; "));
  }
}

/** What a file is that has no content to copy, in words; undefined for files, folders and links. */
export function specialKind(stats: Stats): string | undefined {
  if (stats.isFIFO()) return "a named pipe";
  if (stats.isSocket()) return "a socket";
  if (stats.isCharacterDevice() || stats.isBlockDevice()) return "a device";
  return undefined;
}

function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "ELOOP"].includes(errorCode(error) ?? "");
}

/** A folder that is walked, and where links in it may lead without leading out. */
interface Root {
  /** its real path */
  readonly real: string;
  /** its path within the input */
  readonly path: string;
}

class InputWalker {
  readonly faults: InputFault[] = [];
  /** real paths of the folders on the way */
  readonly #above = new Set<string>();

  constructor(readonly input: string) {}

  fault(path: string, why: string, hint: string): void {
    this.faults.push({ path: path === "" ? this.input : `${this.input}/${path}`, why, hint });
  }

  /** Tells of a file or folder, and of all that is in it. */
  *thing(path: string, source: string, real: () => string, stats: Stats, root?: Root): Generator<InputEntry> {
    if (stats.isDirectory()) yield* this.#folder(path, source, real(), stats, root);
    else if (stats.isFile()) yield { path, kind: "file", source, stats };
    else {
      const kind = specialKind(stats) ?? "neither a file nor a folder";
      this.fault(path, `is ${kind}`, "it has no content that could be copied: remove it, or name the files you need");
    }
  }

  *#folder(path: string, source: string, real: string, stats: Stats, root: Root | undefined): Generator<InputEntry> {
    if (this.#above.has(real)) {
      this.fault(path, `is a link that leads back to ${real}, in which it lies`, "remove the link");
      return;
    }
    this.#above.add(real);
    yield { path, kind: "folder", stats };
    const within = root ?? { real, path };
    for (const name of this.#names(path, source)) {
      const below = path === "" ? name : `${path}/${name}`;
      const at = `${source}/${name}`;
      try {
        const found = lstatSync(at);
        if (found.isSymbolicLink()) yield* this.#link(below, at, `${real}/${name}`, found, within);
        else yield* this.thing(below, at, () => `${real}/${name}`, found, within);
      } catch (error) {
        if (!isMissing(error)) throw error;
        this.fault(below, "went away while it was read", "run the same command again");
      }
    }
    this.#above.delete(real);
  }

  #names(path: string, source: string): string[] {
    let names: string[];
    try {
      names = readdirSync(source).sort();
    } catch (error) {
      if (!["EACCES", "EPERM"].includes(errorCode(error) ?? "")) throw error;
      this.fault(path, "cannot be read: permission denied", "change its permissions, or leave it out");
      return [];
    }
    return names.filter((name) => {
      if (!name.includes("\uFFFD")) return true;
      this.fault(path === "" ? name : `${path}/${name}`, "has a name that is not UTF-8", "rename it");
      return false;
    });
  }

  /** A link that stays within the folder is one for the job, too; of another, what it leads to comes in its place. */
  *#link(path: string, at: string, real: string, stats: Stats, root: Root): Generator<InputEntry> {
    const text = readlinkSync(at);
    if (text.includes("\uFFFD")) {
      this.fault(path, "is a link to a path that is not UTF-8", "rename what it leads to");
      return;
    }
    const literal = resolve(dirname(real), text);
    const stays = linkStaysIn(root.real, relative(root.real, real), text);
    let leads: string;
    try {
      leads = realpathSync.native(at);
    } catch (error) {
      if (errorCode(error) === "EACCES") {
        this.fault(path, `is a link to ${text}, which may not be read`, "change the permissions, or remove the link");
      } else if (!isMissing(error)) throw error;
      else if (stays && isWithin(root.real, literal)) yield { path, kind: "link", leadsTo: text, stats };
      else this.fault(path, `is a link to ${text}, which is not there`, "remove the link, or get what it leads to");
      return;
    }
    if (isWithin(root.real, leads)) {
      // As it is written if no other link is on the way to it: a chain of links stays one.
      const plain = stays && isWithin(root.real, literal) && realpathSync.native(dirname(literal)) === dirname(literal);
      const leadsTo = plain || (stays && literal === leads) ? text : relative(dirname(real), leads) || ".";
      yield { path, kind: "link", leadsTo, stats };
    } else yield* this.thing(path, at, () => leads, statSync(at));
  }
}

/**
 * All that an input consists of, as a job is to get it: a folder before what is in it, names in their
 * order. Links to what lies outside are followed, as is the input itself if it is a link.
 *
 * @throws UnusableInput in the end, with all that was wrong
 * @throws the file system's error if there is nothing, or if it cannot be read
 */
export function* walkInput(input: string): Generator<InputEntry> {
  const walker = new InputWalker(input);
  yield* walker.thing("", input, () => realpathSync.native(input), statSync(input));
  if (walker.faults.length > 0) throw new UnusableInput(walker.faults);
}
