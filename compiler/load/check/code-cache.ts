import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { Script } from "node:vm";

// To compile the 9 MB of the TypeScript compiler takes V8 a quarter of the whole check. Newer versions of
// Node keep the result by themselves (module.enableCompileCache); this does it for that one file. Whatever
// goes wrong here is no matter: then it is compiled anew.

/** The user's folder for what can be made again. */
function cacheFolder(): string {
  return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "locusts");
}

function cacheFileOf(file: string): string {
  const { size, mtimeMs } = statSync(file);
  const identity = [file, size, mtimeMs, process.version, process.arch, process.versions.v8].join("\n");
  return join(cacheFolder(), `${createHash("sha256").update(identity).digest("hex").slice(0, 32)}.v8`);
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/**
 * Loads a CommonJS module from V8's compiled code of an earlier run, and puts it where `require` finds it.
 *
 * @returns a function that keeps the compiled code, to be called when the module has done its work: then
 *   the code has in it just the functions that were needed
 */
export function loadCompiled(file: string): () => void {
  const cacheFile = cacheFileOf(file);
  const cachedData = readIfThere(cacheFile);
  const script = new Script(Module.wrap(readFileSync(file, "utf8")), {
    filename: file,
    ...(cachedData ? { cachedData } : {}),
  });
  const require = createRequire(file);
  const module = new Module(file);
  module.filename = file;
  script.runInThisContext()(module.exports, require, module, file, dirname(file));
  module.loaded = true;
  require.cache[file] = module;
  return cachedData && !script.cachedDataRejected ? () => {} : () => keep(cacheFile, script);
}

/** Written aside and renamed, so that no one ever reads half of it. */
function keep(cacheFile: string, script: Script): void {
  try {
    mkdirSync(dirname(cacheFile), { recursive: true, mode: 0o700 });
    const aside = `${cacheFile}.${process.pid}`;
    writeFileSync(aside, script.createCachedData(), { mode: 0o600 });
    renameSync(aside, cacheFile);
  } catch {
    // A home that cannot be written to costs time at the next check, and nothing else.
  }
}
