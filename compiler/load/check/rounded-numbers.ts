import type { CheckedProject } from "./project.js";
import { findUses, type ImpureUse } from "./purity.js";
import { ts } from "./ts-morph.js";

/** A decimal as its digits and the power of ten that they are multiplied with: `1.50` is `15` and -1. */
function digitsOf(text: string): string | undefined {
  const [, whole = "", fraction = "", exponent = "0"] = /^(\d*)\.?(\d*)(?:e([+-]?\d+))?$/.exec(text) ?? [];
  if (whole + fraction === "") return undefined;
  const digits = (whole + fraction).replace(/^0+/, "");
  const bare = digits.replace(/0+$/, "");
  return bare === "" ? "0" : `${bare}e${Number(exponent) - fraction.length + digits.length - bare.length}`;
}

/** Whether a number is what its literal says, digit by digit. */
function isKept(literal: string): boolean {
  const text = literal.replaceAll("_", "").toLowerCase();
  const value = Number(text);
  if (!Number.isFinite(value)) return false;
  if (/^0[xob]/.test(text)) return BigInt(text) === BigInt(value);
  return digitsOf(text) === digitsOf(String(value));
}

/** Numbers of a definition that have more digits than a number can keep: they would be others. */
export function findRoundedNumbers({ ownFiles, dataFiles }: CheckedProject): readonly ImpureUse[] {
  return findUses([...ownFiles, ...dataFiles], (node) => {
    const text = node.getText();
    if (!ts.isNumericLiteral(node) || isKept(text)) return undefined;
    const message = `${text} has more digits than a number keeps: it would be ${Number(text.replaceAll("_", ""))}`;
    return { node, impurity: { message, hint: `write it as a text, "${text}", if each digit matters` } };
  });
}
