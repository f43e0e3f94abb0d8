import { statSync } from "node:fs";
import { dirname, isAbsolute, join, relative } from "node:path";
import { undisguised } from "./backslashes.js";
import { meansLocusts } from "./locusts-name.js";
import type { Mistake, Wording } from "./mistake.js";
import { ts } from "./ts-morph.js";

const OTHER_KIND =
  "TypeScript, JavaScript and JSON can be imported; data of other kinds belongs in a table or an input";

const ENDINGS = ["", ".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json", "/index.ts", "/index.js"];

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false;
  }
}

/** A path as an import in that folder writes it. */
function fromFolder(folder: string, path: string): string {
  const written = relative(folder, path);
  return written.startsWith("../") ? written : `./${written}`;
}

/** What of a name an alias such as `@lib/*` leaves open; undefined if the name is none of its. */
function restOf(name: string, alias: string): string | undefined {
  const [before = "", after] = alias.split("*");
  if (after === undefined) return name === alias ? "" : undefined;
  const fits = name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after);
  return fits ? name.slice(before.length, name.length - after.length) : undefined;
}

/** Where the `tsconfig.json` around a file says that a module lies, as an alias or from its `baseUrl`. */
function placeByConfig(module: string, folder: string): { readonly path: string; readonly config: string } | undefined {
  const config = ts.findConfigFile(folder, ts.sys.fileExists);
  if (config === undefined) return undefined;
  const { config: json } = ts.readConfigFile(config, ts.sys.readFile);
  // Its files are none of our business: there may be very many.
  const host = { ...ts.sys, readDirectory: () => [] };
  const { options } = ts.parseJsonConfigFileContent(json ?? {}, host, dirname(config));
  const base = options.baseUrl ?? dirname(config);
  for (const [alias, targets] of Object.entries(options.paths ?? {})) {
    const rest = restOf(module, alias);
    const target = targets[0];
    if (rest === undefined || target === undefined) continue;
    const from = options.baseUrl ?? (typeof options.pathsBasePath === "string" ? options.pathsBasePath : base);
    const path = target.replace("*", () => rest);
    return { path: isAbsolute(path) ? path : join(from, path), config };
  }
  const path = join(base, module);
  return options.baseUrl !== undefined && ENDINGS.some((ending) => isFile(path + ending))
    ? { path, config }
    : undefined;
}

function hintFor(module: string, folder: string): string {
  if (/^\.{0,2}\//.test(module)) {
    const path = isAbsolute(module) ? module : join(folder, module);
    if (!isFile(path)) return "look at the path and the name of the file";
    return OTHER_KIND;
  }
  const place = placeByConfig(module, folder);
  if (place) {
    const written = fromFolder(folder, place.path);
    return `an alias of tsconfig.json means something on this machine alone: write "${written}"`;
  }
  if (ENDINGS.some((ending) => isFile(join(folder, module) + ending))) return `write "./${module}" for a file`;
  if (/^(@\/|~|#)/.test(module)) return 'write the path of the file, as in "./lib/name": aliases are not followed';
  const own = meansLocusts(module);
  if (own) return own;
  const [scope = "", name] = module.split("/");
  return `install it: npm install ${scope.startsWith("@") && name !== undefined ? `${scope}/${name}` : scope}`;
}

export function unknownModule({ node }: Mistake, head: string): Wording | undefined {
  const module = /module '([^']+)'/.exec(head)?.[1];
  if (module === undefined) return undefined;
  const hint = hintFor(module, dirname(undisguised(node.getSourceFile().fileName)));
  const isThere = hint === OTHER_KIND;
  return { message: isThere ? `"${module}" cannot be imported` : `there is no module "${module}"`, hint };
}
