/** Where the part of `manager.sh` begins that is the same for every swarm. */
const MACHINERY = "# ---- A slot";

const LANGUAGES: Readonly<Record<string, string>> = {
  sh: "bash",
  ts: "ts",
  mjs: "js",
  json: "json",
  tsv: "tsv",
};

/** `manager.sh` in two: what is this swarm's own, and the machinery. */
export function splitManager(text: string): { readonly own: string; readonly machinery: string } {
  const at = text.indexOf(`\n${MACHINERY}`) + 1;
  if (at === 0) throw new Error(`manager.sh has no line that begins with "${MACHINERY}"`);
  return { own: text.slice(0, at), machinery: text.slice(at) };
}

function block(path: string, text: string): string {
  const ending = path.slice(path.lastIndexOf(".") + 1);
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const last = text === "" || text.endsWith("\n") ? "" : "\n";
  return `## ${path}\n\n${fence}${LANGUAGES[ending] ?? "text"}\n${text}${last}${fence}\n`;
}

/**
 * A project and its bundle as one document, a heading and a block for each file.
 *
 * @param whole show the machinery of the manager as well, and not the name of the document that does
 */
export function asMarkdown(
  title: string,
  about: string,
  sources: Readonly<Record<string, string>>,
  bundle: Readonly<Record<string, string>>,
  whole: true | { readonly shownIn: string },
): string {
  const blocks = Object.entries(sources).map(([path, text]) => block(path, text));
  for (const [path, text] of Object.entries(bundle)) {
    if (whole === true || !path.endsWith("/manager.sh")) blocks.push(block(path, text));
    else {
      blocks.push(
        block(path, splitManager(text).own),
        `The rest is the same for every swarm; [${whole.shownIn}](${whole.shownIn}) shows it.\n`,
      );
    }
  }
  return [`# ${title}\n`, `${about}\n`, ...blocks].join("\n");
}
