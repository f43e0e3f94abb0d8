interface PatternMistake {
  readonly message: string;
  readonly hint: string;
  /** in the pattern, from 0 */
  readonly offset: number;
}

/**
 * A pattern of the predecessor, which were Python's, in the language of `tree(…)`: there a
 * backslash and braces mean nothing, and brackets can be left open.
 *
 * @param recursive whether `**` means all folders here
 */
export function asPattern(text: string, recursive: boolean): string | PatternMistake {
  const parts = text.replace(/\/{2,}/g, "/").split("/");
  if (text.startsWith("/")) {
    return { message: `"${text}" begins with /`, hint: "names begin at the folder above", offset: 0 };
  }
  let offset = 0;
  for (const part of parts) {
    if (part === ".." || part === ".") {
      return { message: `"${text}" has "${part}" as a part`, hint: "write the path without it", offset };
    }
    if (part.includes("**") && (part !== "**" || !recursive)) {
      return {
        message: recursive ? `"${part}" has ** beside other characters` : "** stands behind a colon alone",
        hint: 'write "name : **" for all that is in a folder',
        offset: offset + part.indexOf("**"),
      };
    }
    offset += part.length + 1;
  }
  return parts.map(escapePart).join("/");
}

function escapePart(part: string): string {
  return part.replace(/\[!?\]?[^\]]*\]|[[\]{}\\]/g, (piece) =>
    piece.length > 1 ? piece.replace(/\\/g, "\\\\") : `\\${piece}`,
  );
}
