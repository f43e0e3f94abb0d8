import { keptTime, wholeMicroseconds } from "../system/files.js";

export interface TarEntry {
  readonly name: string;
  readonly kind: "file" | "folder" | "link";
  readonly mode: number;
  /** milliseconds since 1970, with fractions */
  readonly mtime: number;
  /** bytes of content; 0 unless given */
  readonly size?: number;
  /** of a link */
  readonly leadsTo?: string;
}

const BLOCK = 512;
const TYPES = { file: "0", folder: "5", link: "2", pax: "x" } as const;
/** More does not fit into a header's eleven octal digits. */
const MOST_BYTES = 0o77777777777;
const MOST_NAME = 100;

export const END_OF_TAR = Buffer.alloc(2 * BLOCK);

/** A header with nothing of its own: owner root, as whoever unpacks it keeps its own, and ustar's mark. */
const EMPTY = Buffer.alloc(BLOCK);
EMPTY.write("0000000\0" + "0000000\0", 108, "latin1");
EMPTY.write("        ", 148, "latin1"); // the checksum, while it is being computed
EMPTY.write("ustar\0" + "00", 257, "latin1");
EMPTY.write("0000000\0" + "0000000\0", 329, "latin1");

/** Fills content up to whole blocks. */
export function paddingFor(size: number): Buffer {
  return END_OF_TAR.subarray(0, (BLOCK - (size % BLOCK)) % BLOCK);
}

/**
 * The header of an entry, with one in front of it for what has no room there: it is written by hand,
 * since a stream for each of many small files costs more than all the rest of packing them.
 */
export function tarHeader(entry: TarEntry): Buffer {
  const { name, kind, mode, mtime, size = 0, leadsTo = "" } = entry;
  const records: string[] = [];
  if (!fits(name)) records.push(paxRecord("path", name));
  if (!fits(leadsTo)) records.push(paxRecord("linkpath", leadsTo));
  if (size > MOST_BYTES) records.push(paxRecord("size", String(size)));
  const { seconds, nanos } = keptTime(wholeMicroseconds(mtime));
  if (nanos !== 0) records.push(paxRecord("mtime", `${seconds}.${String(nanos).padStart(9, "0").replace(/000$/, "")}`));
  if (records.length === 0) return ustar(name, TYPES[kind], mode, seconds, size, leadsTo);
  const pax = Buffer.from(records.join(""));
  const short = (text: string): string => (fits(text) ? text : "PaxHeader");
  return Buffer.concat([
    ustar("PaxHeader", TYPES.pax, 0o644, seconds, pax.length, ""),
    pax,
    paddingFor(pax.length),
    ustar(short(name), TYPES[kind], mode, seconds, size > MOST_BYTES ? 0 : size, short(leadsTo)),
  ]);
}

/** Names beyond ASCII go where they are known to be UTF-8. */
function fits(name: string): boolean {
  return name.length <= MOST_NAME && Buffer.byteLength(name) === name.length;
}

/** `<length> <key>=<value>`, where the length, in bytes, counts its own digits too. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + String(bytes).length;
  if (bytes + String(length).length !== length) length += 1;
  return `${length}${rest}`;
}

function ustar(name: string, type: string, mode: number, seconds: number, size: number, leadsTo: string): Buffer {
  const header = Buffer.from(EMPTY);
  header.write(name, 0, "latin1");
  header.write(octal(mode & 0o7777, 7), 100, "latin1");
  header.write(octal(size, 11), 124, "latin1");
  header.write(octal(seconds, 11), 136, "latin1");
  header.write(type, 156, "latin1");
  if (leadsTo !== "") header.write(leadsTo, 157, "latin1");
  let sum = 0;
  for (let i = 0; i < BLOCK; i += 1) sum += header[i] as number;
  header.write(`${octal(sum, 6)}\0 `, 148, "latin1");
  return header;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
