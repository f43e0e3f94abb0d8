import type { Problem } from "../../problem/problem.js";
import type { CheckedProject } from "./project.js";
import { ts } from "./ts-morph.js";

const HINT = "write it as in: export default program<typeof swarm>(({ inputs, outputs, params }) => { … })";

/** What a program of `node()` lacks to be one: its default export is the function that is called for each job. */
export function findNoProgram({ entry, checker, placeAt }: CheckedProject, path: string): readonly Problem[] {
  const module = checker.getSymbolAtLocation(entry);
  const found = module && checker.tryGetMemberInModuleExports("default", module);
  if (!found) {
    // CommonJS, which TypeScript does not see through: there it is module.exports.
    if (/\bexports\b/.test(entry.text)) return [];
    return [{ message: `${path} has no default export`, place: placeAt(entry, 0), hint: HINT }];
  }
  const symbol = found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
  if (mayBeCalled(checker.getTypeOfSymbol(symbol))) return [];
  const at = found.declarations?.find((declaration) => declaration.getSourceFile() === entry);
  const place = placeAt(entry, at?.getStart(entry) ?? 0);
  return [{ message: `the default export of ${path} is no function`, place, hint: HINT }];
}

const { StringLike, NumberLike, BigIntLike, BooleanLike, ESSymbolLike, VoidLike, Null } = ts.TypeFlags;
const PLAIN = StringLike | NumberLike | BigIntLike | BooleanLike | ESSymbolLike | VoidLike | Null;

function mayBeCalled(type: ts.Type): boolean {
  if (type.isUnion()) return type.types.some(mayBeCalled);
  const isPlain = (type.flags & PLAIN) !== 0;
  const isObject = (type.flags & ts.TypeFlags.Object) !== 0 && type.getProperties().length > 0;
  // Of `any`, `unknown`, `Function` and the like it is not known.
  return type.getCallSignatures().length > 0 || !(isPlain || (isObject && type.symbol?.name !== "Function"));
}
