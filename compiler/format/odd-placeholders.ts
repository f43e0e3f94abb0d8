/** What to do about what looks like a placeholder of a pattern, and is none; undefined if there is nothing such. */
export function hintForPlaceholders(pattern: string): string | undefined {
  const angled = pattern.includes("{") ? null : /[<[](\w+)[>\]]/.exec(pattern);
  return (
    hintForBraces(pattern) ??
    (angled ? `placeholders are in braces: write ${pattern.replace(angled[0], `{${angled[1]}}`)}` : undefined)
  );
}

function hintForBraces(pattern: string): string | undefined {
  const isPlaceholder = /^\{[A-Za-z_]\w*\}$/;
  const text = [...pattern.matchAll(/\{[^{}]*\}?|\}/g)].map(([part]) => part).find((part) => !isPlaceholder.test(part));
  if (text === undefined) return undefined;
  if (text === "}") return "a } has no { before it: a placeholder is written as in {id}";
  const name = text.replace(/^\{|\}$/g, "");
  if (!text.endsWith("}")) {
    const [word = ""] = /^[A-Za-z_]\w*/.exec(name) ?? [];
    return `{${word} is not closed: write {${word || "id"}}`;
  }
  if (/,|\.\./.test(name)) return `${text} is read by shells alone: a pattern has placeholders, *, ? and **`;
  const better = name.replace(/\W+/g, "_").replace(/^(?=\d)|^$/, "id");
  return `${text} is no placeholder: its name is of letters, digits and _, as in {${better}}`;
}
