/*
 * Another reader of tables, as simple as it can be, for properties: it says what each row holds, or on which
 * lines something has to be refused.
 */

export interface Reading {
  readonly columns: Readonly<Record<string, "string" | "number" | "boolean">> | undefined;
  readonly comments: boolean | undefined;
  readonly commas: boolean;
}

export interface Expected {
  /** the texts of each row's params */
  readonly rows: readonly (readonly string[])[];
  /** where something has to be refused; none if all is well */
  readonly refused: readonly number[];
  /** rows of blanks, which are left out with a word */
  readonly blank: number;
}

interface Row {
  /** all that it takes up */
  readonly lines: readonly number[];
  readonly fields: readonly string[];
  /** is the first field in quotes? */
  readonly quoted: boolean;
}

/** Splits a table; `broken` is the line from which on it cannot be read. */
function split(text: string, commas: boolean): { readonly rows: Row[]; readonly broken: readonly number[] } {
  const end = text.includes("\n") ? "\\r?\\n" : "\\r";
  const lineAt = (at: number) => text.slice(0, at).split(new RegExp(end)).length;
  const plain = commas ? `(?:(?!${end})[^,"])*` : `(?:(?!${end})[^\\t])*`;
  const piece = new RegExp(`(${commas ? '"(?:[^"]|"")*"|' : ""}${plain})(${commas ? "," : "\\t"}|${end}|$)`, "uy");
  const rows: Row[] = [];
  const broken: number[] = [];
  for (let at = 0; ; ) {
    const line = lineAt(at);
    const fields: string[] = [];
    let quoted = false;
    for (let more = true; more; ) {
      piece.lastIndex = at;
      const found = piece.exec(text);
      if (!found)
        return {
          rows,
          broken: [...broken, lineAt(at), lineAt(at + (text.slice(at).match(/^"(?:[^"]|"")*"/)?.[0].length ?? 0))],
        };
      const [whole, field = "", stop = ""] = found;
      const inQuotes = commas && field.startsWith('"');
      if (fields.length === 0) quoted = inQuotes;
      // A carriage return that ends no line would hide the end of one.
      if (!inQuotes && text.includes("\n") && field.includes("\r")) broken.push(line, lineAt(at));
      fields.push(inQuotes ? field.slice(1, -1).replaceAll('""', '"').replaceAll(new RegExp(end, "g"), "\n") : field);
      at += whole.length;
      more = stop === "," || stop === "\t";
      if (!more) {
        const last = lineAt(at - stop.length);
        rows.push({ lines: Array.from({ length: last - line + 1 }, (_, i) => line + i), fields, quoted });
        if (stop === "") return { rows, broken };
      }
    }
  }
}

function isFine(text: string, type: string): boolean {
  if (type === "number")
    return /^(0|-?[1-9]\d*|-?(0|[1-9]\d*)\.\d*[1-9])$/.test(text) && text.replace(/\D/g, "").length <= 15;
  return type === "boolean" ? text === "true" || text === "false" : true;
}

/** What a table says. */
export function readSimply(text: string, { columns, comments, commas }: Reading): Expected {
  const { rows: lines, broken } = split(text, commas);
  const refused = [...broken];
  const isBlank = ({ fields, quoted }: Row) => !quoted && fields.every((field) => field.trim() === "");
  const isHashed = ({ fields, quoted }: Row) => comments !== false && !quoted && fields[0]?.startsWith("#") === true;
  const data = lines.filter((line) => !isBlank(line) && !isHashed(line));
  const blank = lines.filter((line) => isBlank(line) && line.fields.join("\t") !== "").length;
  const [header, ...rest] = data;
  if (!header) return { rows: [], refused: [...refused, 1, ...lines.flatMap((row) => row.lines)], blank };
  for (const line of comments === undefined ? lines.filter(isHashed) : []) {
    // Only what could be no row, and reads like a comment, is one.
    const [first = ""] = line.fields;
    const likeComment = /^#(\s|#|!|$)/.test(first);
    const before = lines.indexOf(line) < lines.indexOf(header);
    const same = line.fields.length === header.fields.length;
    if (before ? same && !(likeComment && line.fields.length === 1) : same || !likeComment) refused.push(...line.lines);
  }
  const wanted = columns ? Object.keys(columns) : header.fields;
  for (const name of wanted) {
    const count = header.fields.filter((field) => field === name).length;
    if (count !== 1 || !/^[A-Za-z_]\w*$/.test(name) || name === "__proto__") refused.push(...header.lines);
  }
  const rows = rest.map(({ lines: at, fields }) => {
    if (fields.length !== header.fields.length) refused.push(...at);
    return wanted.map((name) => {
      const text = fields[header.fields.indexOf(name)] ?? "";
      if (!isFine(text, columns?.[name] ?? "string")) refused.push(...at);
      return text;
    });
  });
  return { rows, refused, blank };
}
