import { toUSVString } from "node:util";
import { type DataType, mayBeEmpty, valueType } from "../../../compiler/format/data-columns.js";
import { ownValue } from "../../../compiler/format/own-value.js";
import { NO_VALUE } from "../../../compiler/format/results.js";

/** A value of a row; null where it has none. */
export type DataValue = string | number | boolean | null;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** What programs write where a computation has no number for its result. */
const SPECIAL: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "+inf": Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  "+infinity": Number.POSITIVE_INFINITY,
  "-infinity": Number.NEGATIVE_INFINITY,
};
const WORDS: Readonly<Record<string, boolean>> = { true: true, false: false };

const LONGEST_SHOWN = 40;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

const NAMES = { number: "a number", integer: "a whole number", string: "text", boolean: "true or false" } as const;

function wrong(name: string, value: unknown, type: DataType): { readonly mistake: string } {
  const maybe = mayBeEmpty(type) ? ", or nothing" : "";
  return { mistake: `${name} is ${shown(value)}, and is declared to be ${NAMES[valueType(type)]}${maybe}` };
}

/** Says of a text that it is not what was written: bytes that are no UTF-8, or half of a character, became a mark. */
function brokenText(name: string, value: string): { readonly mistake: string } | undefined {
  const text = toUSVString(value);
  if (!text.includes("\ufffd")) return undefined;
  return { mistake: `${name} is ${shown(text)}, with something that is no character in UTF-8` };
}

/** May digits have become another number as they were read? */
function mayBeAnother(value: number): boolean {
  return value === 0 || !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value));
}

/** Are there digits in a whole number, however it is written, that a number here does not keep? */
function hasLostDigits(written: string, value: number): boolean {
  const [, whole = "", part = "", power = "0"] = /^([+-]?\d*)\.?(\d*)(?:[eE](.+))?$/.exec(written) ?? [];
  const digits = (whole + part).replace(/0+$/, "");
  const zeros = Number(power) + whole.length - digits.length;
  if (zeros < 0) return false;
  const unit = 10n ** BigInt(zeros);
  const off = 2n * (BigInt(digits) * unit - BigInt(value));
  return off > unit || off < -unit; // less is what programs leave out that write no more digits than tell it from others
}

/** Says of digits that no number here holds what they would become; undefined if they stay what they are. */
function becomesAnother(name: string, written: string, value: number): { readonly mistake: string } | undefined {
  const isTooSmall = value === 0 && /^[^eE]*[1-9]/.test(written);
  const isKept = Number.isFinite(value) && !isTooSmall && (value === 0 || !hasLostDigits(written, value));
  if (isKept) return undefined;
  const would = Number.isFinite(value) ? String(BigInt(value)) : "infinite";
  return { mistake: `${name} is ${shown(written)}, and would be ${would} as a number: write it as text, a "string"` };
}

/**
 * Is a value of JSON what its column declares? A mistake says why it is not.
 *
 * @param written the value as it is written: digits that no number here holds are known by that alone
 */
export function convertJson(
  name: string,
  value: unknown,
  type: DataType,
  written: () => string,
): DataValue | { readonly mistake: string } {
  if (value === undefined && !mayBeEmpty(type)) return { mistake: `${name} is missing` };
  if (value === null || value === undefined) return mayBeEmpty(type) ? null : wrong(name, value, type);
  const wanted = valueType(type);
  if (typeof value === "number" && (wanted === "number" || wanted === "integer") && mayBeAnother(value)) {
    const mistake = becomesAnother(name, written(), value);
    if (mistake) return mistake;
  }
  if (wanted === "integer") return Number.isSafeInteger(value) ? (value as number) : wrong(name, value, type);
  const broken = wanted === "string" && typeof value === "string" ? brokenText(name, value) : undefined;
  if (broken) return broken;
  return typeof value === wanted ? (value as DataValue) : wrong(name, value, type);
}

/** The same of a field of a table. */
export function convertField(name: string, field: string, type: DataType): DataValue | { readonly mistake: string } {
  const wanted = valueType(type);
  if (mayBeEmpty(type) && (field === "" || field === NO_VALUE)) return null;
  if (wanted === "string") return brokenText(name, field) ?? field;
  if (wanted === "boolean") return ownValue(WORDS, field.toLowerCase()) ?? wrong(name, field, type);
  const isNumber = NUMBER.test(field);
  const number = isNumber ? Number(field) : wanted === "number" ? ownValue(SPECIAL, field.toLowerCase()) : undefined;
  const another =
    isNumber && number !== undefined && mayBeAnother(number) ? becomesAnother(name, field, number) : undefined;
  if (another) return another;
  if (number === undefined || (wanted === "integer" && !Number.isSafeInteger(number))) return wrong(name, field, type);
  return number;
}
