import type { FileSystemHost } from "ts-morph";
import { Project } from "./ts-morph.js";

/*
 * TypeScript takes a backslash in a path for a slash. Where a folder's name has one, TypeScript gets
 * to see a character of private use in its place, and the disk the backslash.
 */

const STAND_IN = "\uF05C";

/** A path as TypeScript may see it. */
export function disguised(path: string): string {
  return path.replaceAll("\\", STAND_IN);
}

export function undisguised(path: string): string {
  return path.replaceAll(STAND_IN, "\\");
}

/** What gives paths, rather than contents. */
const GIVES_PATHS: ReadonlySet<PropertyKey> = new Set(["realpathSync", "getCurrentDirectory"]);

/** The disk, by disguised paths. */
export function disguisedFileSystem(): FileSystemHost {
  const real = new Project({ skipLoadingLibFiles: true, skipAddingFilesFromTsConfig: true }).getFileSystem();
  return new Proxy(real, {
    get(host, key) {
      const member: unknown = Reflect.get(host, key);
      if (typeof member !== "function") return member;
      return (...given: unknown[]) => {
        const result: unknown = Reflect.apply(
          member,
          host,
          given.map((argument) => (typeof argument === "string" ? undisguised(argument) : argument)),
        );
        return GIVES_PATHS.has(key) && typeof result === "string" ? disguised(result) : result;
      };
    },
  });
}
