import { createHash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname } from "node:path";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import { replaceBy } from "../../format/write-atomically.js";

// To compile the 9 MB of the TypeScript compiler takes V8 a quarter of a whole check, and to load the command line module
// by module most of a short verb. Newer versions of Node can keep the result by themselves (module.enableCompileCache);
// here the build of Locusts keeps it, for these files, beside the compiled code. Verbs only read it: whatever is
// wrong with it is no matter, then the file is compiled anew.

// Most verbs are over before it pays to have functions optimized, which took a fifth of their processor time: V8 waits for
// three times as much of a function's work before it does (its own budget is 132 KB of bytecode). A `build` took 1.4 instead
// of 1.8 s of processor time with this, one of 200,000 jobs 4.3 instead of 4.7. To be set first: kept code has to fit the flags.
// Of those with V8 11, that is: later ones (Node 22 and 24) have no such flag, and would say so on standard error.
if (process.versions.v8.startsWith("11.")) setFlagsFromString("--interrupt-budget=400000");

const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest();
const DIGEST_LENGTH = 32;

/** What the compiled code is good for: this very file, on this very Node. */
function identityOf(file: string): Buffer {
  return sha256([statSync(file).size, process.version, process.arch, process.versions.v8].join("\n"));
}

/** What was kept; only if it is whole, since V8 believes what it is given, and would crash. */
function readKept(file: string, path: string): Buffer | undefined {
  try {
    const kept = readFileSync(path);
    const data = kept.subarray(2 * DIGEST_LENGTH);
    const fits = identityOf(file).equals(kept.subarray(0, DIGEST_LENGTH));
    return fits && sha256(data).equals(kept.subarray(DIGEST_LENGTH, 2 * DIGEST_LENGTH)) ? data : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Loads a CommonJS module from V8's compiled code of an earlier run, and puts it where `require` finds it; unless it is
 * there already.
 *
 * @param kept where the compiled code lies; the build of Locusts, which sets LOCUSTS_KEEP_COMPILED, has it written there
 *   when the module has done its work: then it has in it just the functions that were needed
 */
export function loadCompiled(file: string, kept: string): unknown {
  const require = createRequire(file);
  const before = require.cache[file];
  if (before?.loaded) return before.exports;
  const cachedData = readKept(file, kept);
  const script = new Script(Module.wrap(readFileSync(file, "utf8")), {
    filename: file,
    ...(cachedData ? { cachedData } : {}),
  });
  const module = new Module(file);
  module.filename = file;
  script.runInThisContext()(module.exports, require, module, file, dirname(file));
  module.loaded = true;
  require.cache[file] = module;
  if (process.env.LOCUSTS_KEEP_COMPILED) process.once("exit", () => keep(file, kept, script));
  return module.exports;
}

function keep(file: string, kept: string, script: Script): void {
  const data = script.createCachedData();
  replaceBy(kept, (draft) => writeFileSync(draft, Buffer.concat([identityOf(file), sha256(data), data])));
}
