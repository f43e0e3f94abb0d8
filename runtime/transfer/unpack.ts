import {
  chmodSync,
  closeSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join, posix } from "node:path";
import { PassThrough, type Writable } from "node:stream";
import { type Extract, extract, type Header } from "tar-stream";
import { judgeLink, linkStaysIn } from "../../compiler/format/content/links.js";
import { printableName } from "../../compiler/format/control-characters.js";
import { errorCode } from "../../compiler/format/file-access.js";
import { keepTime } from "../system/files.js";
import { RuntimeProblem } from "../system/problem.js";
import type { Artifact } from "./target-files.js";

/** Where a target sends files that come in the place of links. */
const STRAYS = "strays/";

const SHORTEST_HOLE = 4096;
const ZEROS = Buffer.alloc(1 << 20);

/** Names that a target may send: what was asked for, and what is below a folder that was. */
class Wanted {
  readonly #files = new Map<string, number | undefined>();
  readonly #folders = new Set<string>();

  constructor(artifacts: readonly Artifact[]) {
    for (const { kind, path, bytes } of artifacts) {
      if (kind === "folder") this.#folders.add(path);
      else this.#files.set(path, bytes);
    }
  }

  /** The folder that was asked for and that holds the path; the path itself for a file; undefined if nobody asked. */
  rootOf(path: string): string | undefined {
    if (this.#files.has(path)) return path;
    for (let at = path; at !== "." && at !== ""; at = dirname(at)) if (this.#folders.has(at)) return at;
    return undefined;
  }

  bytesOf(path: string): number | undefined {
    return this.#files.get(path);
  }
}

/**
 * Unpacks what a target sends, tar streams one after another, below a folder. The target is not
 * trusted: what was not asked for, and a path that leads out, are refused; a link that leads out is
 * not written, and nothing is written through a link.
 */
export class Unpacker {
  readonly #wanted: Wanted;
  /** folders with something in them that cannot be collected, and what is wrong: a job may have made it in good faith */
  readonly refused = new Map<string, string>();
  /** bytes of files in the place of links, by the folder they are in */
  readonly instead = new Map<string, number>();
  /** folders below the root that are known to be folders, and made or checked here */
  readonly #known = new Set<string>(["."]);
  readonly #unclear: { readonly name: string; readonly root: string; readonly leadsTo: string }[] = [];

  constructor(
    readonly folder: string,
    artifacts: readonly Artifact[],
    /** names the target in errors */
    readonly target: string,
    /** takes the names of files that are whole here */
    readonly arrived: Set<string> = new Set(),
  ) {
    this.#wanted = new Wanted(artifacts);
  }

  #refuse(name: string, why: string): never {
    throw new RuntimeProblem(
      `${this.target} has sent ${JSON.stringify(name)}, which ${why}: nothing of it was written`,
      "somebody may have tampered with the target's files; look at them before you go on",
    );
  }

  /** A stream that takes the bytes; `done` resolves when all of them are in place. */
  open(): { readonly input: Writable; readonly done: Promise<void> } {
    const input = new PassThrough({ highWaterMark: 1 << 20 });
    const tar = extract();
    const done = this.#take(tar).catch((error) => {
      input.destroy(error as Error);
      throw error;
    });
    done.catch(() => {}); // whoever waits for it hears of it
    input.on("error", (error) => tar.destroy(error));
    input.pipe(tar);
    return { input, done };
  }

  async #take(tar: Extract): Promise<void> {
    try {
      for await (const entry of tar) {
        await this.#takeEntry(entry.header, entry);
        entry.resume();
      }
      this.#writeUnclear();
    } catch (error) {
      if (error instanceof RuntimeProblem) throw error;
      if (errorCode(error) !== undefined) throw error; // of this machine's disk
      throw new RuntimeProblem(`what ${this.target} has sent is no tar stream: ${(error as Error).message}`);
    }
  }

  async #takeEntry(header: Header, content: AsyncIterable<unknown>): Promise<void> {
    const plain = header.name.replace(/^(\.\/)+/, "").replace(/\/+$/, "");
    const isStray = plain.startsWith(STRAYS);
    const name = isStray ? plain.slice(STRAYS.length) : plain;
    if (name.startsWith("/") || name.split("/").some((part) => part === ".." || part === "." || part === "")) {
      this.#refuse(header.name, "is no plain path");
    }
    const root = this.#wanted.rootOf(name);
    if (root === undefined) this.#refuse(header.name, "nobody asked for");
    if (name.includes("\uFFFD")) {
      this.refused.set(root, `has a name in it that is not UTF-8: ${printableName(posix.relative(root, name))}`);
      return;
    }
    try {
      await this.#write(header, content, name, root, isStray);
    } catch (error) {
      if (errorCode(error) !== "ENAMETOOLONG") throw error;
      this.refused.set(
        root,
        `has a path in it that is too long for this machine: ${printableName(posix.relative(root, name))}`,
      );
    }
  }

  async #write(
    header: Header,
    content: AsyncIterable<unknown>,
    name: string,
    root: string,
    isStray: boolean,
  ): Promise<void> {
    const place = join(this.folder, name);
    switch (header.type) {
      case "directory":
        this.#makeFolder(name);
        return;
      case "symlink":
        this.#makeLink(name, root, header.linkname ?? "");
        return;
      case "file":
      case "contiguous-file":
      case undefined:
      case null: {
        const expected = this.#wanted.bytesOf(name);
        if (expected !== undefined && header.size !== expected) return; // whoever asked finds it missing
        this.#makeFolder(dirname(name));
        this.#makeRoom(place);
        await this.#writeFile(place, header, content);
        if (isStray) this.instead.set(root, (this.instead.get(root) ?? 0) + (header.size ?? 0));
        else this.arrived.add(name);
        return;
      }
      default:
        this.#refuse(header.name, `is neither a file nor a folder nor a link, but a ${header.type}`);
    }
  }

  async #writeFile(place: string, header: Header, content: AsyncIterable<unknown>): Promise<void> {
    const file = openSync(place, "wx", 0o600);
    let position = 0;
    try {
      for await (const block of content as AsyncIterable<Buffer>) {
        // Zeros stay a hole: what was sparse is sparse again.
        const isHole = block.length >= SHORTEST_HOLE && block.equals(ZEROS.subarray(0, block.length));
        for (let at = isHole ? block.length : 0; at < block.length; )
          at += writeSync(file, block, at, block.length - at, position + at);
        position += block.length;
      }
      ftruncateSync(file, position);
    } finally {
      closeSync(file);
    }
    // As the job has left it: what is made from other outputs is not older than they are.
    const seconds = Number((header.pax as { mtime?: string } | null)?.mtime);
    keepTime(place, seconds > 0 ? seconds * 1000 : (header.mtime?.getTime() ?? Date.now()));
    chmodSync(place, ((header.mode ?? 0o644) & 0o777) | 0o400);
  }

  #makeLink(name: string, root: string, leadsTo: string): void {
    if (name === root) this.#refuse(name, "is a link in place of what was asked for");
    const judged = judgeLink(posix.relative(root, name), leadsTo);
    if (judged === "leaves") this.#refuseLink(name, root);
    else if (judged === "unclear") this.#unclear.push({ name, root, leadsTo });
    else this.#writeLink(name, leadsTo);
  }

  #refuseLink(name: string, root: string): void {
    this.refused.set(root, `has a link that leads out of it: ${printableName(posix.relative(root, name))}`);
  }

  #writeLink(name: string, leadsTo: string): string {
    this.#makeFolder(dirname(name));
    const place = join(this.folder, name);
    this.#makeRoom(place);
    symlinkSync(leadsTo, place);
    return place;
  }

  /** Writes the links of which it is not clear by their texts where they lead: it is when all are here. */
  #writeUnclear(): void {
    const written = this.#unclear
      .splice(0)
      .map((link) => ({ ...link, place: this.#writeLink(link.name, link.leadsTo) }));
    for (const { name, root, leadsTo, place } of written) {
      if (linkStaysIn(realpathSync.native(join(this.folder, root)), posix.relative(root, name), leadsTo)) continue;
      rmSync(place);
      this.#refuseLink(name, root);
    }
  }

  /** Makes a folder, and those above it; what is there must be a folder, not a link to one. */
  #makeFolder(name: string): void {
    if (this.#known.has(name)) return;
    this.#makeFolder(dirname(name));
    const place = join(this.folder, name);
    const stats = lstatSync(place, { throwIfNoEntry: false });
    if (!stats) mkdirSync(place);
    else if (!stats.isDirectory()) this.#refuse(name, "would be written through a link or a file");
    this.#known.add(name);
  }

  /** Takes away a file or link of an earlier try. */
  #makeRoom(place: string): void {
    const stats = lstatSync(place, { throwIfNoEntry: false });
    if (stats?.isDirectory()) this.#refuse(place, "is a folder already");
    if (stats) rmSync(place);
  }
}
