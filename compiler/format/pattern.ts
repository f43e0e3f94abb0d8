/** A value that sets one job apart. Strings from file names stay strings: `007` is not 7. */
export type ParamValue = string | number | boolean;

export type Params = Readonly<Record<string, ParamValue>>;

/** The names between braces in a pattern: `"a_{id}_{k}.txt"` gives `"id" | "k"`. */
export type PlaceholderNames<S extends string> = string extends S
  ? never
  : S extends `${string}{${infer N}}${infer Rest}`
    ? N | PlaceholderNames<Rest>
    : never;

type Braced<K> = K extends string ? `{${K}}` : never;

/** The pattern of an input or output, however it is given. */
export type PatternOf<X> = X extends string ? X : X extends { readonly pattern: infer S extends string } ? S : never;

/** Placeholders of `X` that the jobs do not have; `never` where the jobs' names are known only later. */
type Unknown<X, P> = string extends keyof P ? never : Exclude<PlaceholderNames<PatternOf<X>>, keyof P>;

/**
 * `X` itself if all its placeholders are params of the jobs; else a sentence, which is what the
 * compiler then shows at the place of the mistake.
 */
export type WithKnownPlaceholders<X, P> = [Unknown<X, P>] extends [never]
  ? X
  : `unknown placeholder ${Braced<Unknown<X, P>>}; this swarm's jobs have ${[keyof P] extends [never] ? "no params" : Braced<keyof P>}`;

/** A pattern taken apart: text, placeholder, text, placeholder … */
export type PatternPart = { readonly text: string } | { readonly placeholder: string };

/** Takes a pattern apart. A placeholder is a name in braces; any other brace is text. */
export function parsePattern(pattern: string): readonly PatternPart[] {
  const parts: PatternPart[] = [];
  let last = 0;
  for (const match of pattern.matchAll(/\{([A-Za-z_][A-Za-z0-9_]*)\}/g)) {
    if (match.index > last) parts.push({ text: pattern.slice(last, match.index) });
    parts.push({ placeholder: match[1] as string });
    last = match.index + match[0].length;
  }
  if (last < pattern.length) parts.push({ text: pattern.slice(last) });
  return parts;
}

/** The placeholders of a pattern, each once, in order of appearance. */
export function placeholdersOf(pattern: string): readonly string[] {
  return [...new Set(parsePattern(pattern).flatMap((part) => ("placeholder" in part ? [part.placeholder] : [])))];
}

export function textOfPattern(parts: readonly PatternPart[]): string {
  return parts.map((part) => ("text" in part ? part.text : `{${part.placeholder}}`)).join("");
}

export function fillPattern(parts: readonly PatternPart[], params: Params): string {
  let filled = "";
  for (const part of parts) filled += "text" in part ? part.text : String(params[part.placeholder]);
  return filled;
}
