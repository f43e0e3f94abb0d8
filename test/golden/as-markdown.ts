const LANGUAGES: Readonly<Record<string, string>> = {
  sh: "bash",
  ts: "ts",
  mjs: "js",
  json: "json",
  tsv: "tsv",
};

function block(path: string, text: string): string {
  const ending = path.slice(path.lastIndexOf(".") + 1);
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const last = text === "" || text.endsWith("\n") ? "" : "\n";
  return `## ${path}\n\n${fence}${LANGUAGES[ending] ?? "text"}\n${text}${last}${fence}\n`;
}

/** A project and its bundle as one document, a heading and a block for each file. */
export function asMarkdown(
  title: string,
  about: string,
  sources: Readonly<Record<string, string>>,
  bundle: Readonly<Record<string, string>>,
): string {
  const blocks = Object.entries({ ...sources, ...bundle }).map(([path, text]) => block(path, text));
  return [`# ${title}\n`, `${about}\n`, ...blocks].join("\n");
}
