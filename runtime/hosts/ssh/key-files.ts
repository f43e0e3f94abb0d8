import { existsSync, readFileSync } from "node:fs";
import ssh2, { type ParsedKey } from "ssh2";
import type { Answers } from "./answers.js";
import type { SshSettings } from "./settings.js";
import { expandPath } from "./tokens.js";

export interface KeyFile {
  readonly path: string;
  readonly publicKey: ParsedKey;
  /** The key itself; asks for its passphrase if it has one. @throws RuntimeProblem, if there is nobody to ask */
  unlock(): Promise<ParsedKey>;
}

/** A wrong passphrase is asked for anew so many times in all. */
const TRIES = 3;

/** Reads the identity files that the configuration names; a passphrase is asked for only when the server wants the key. */
export function readKeyFiles(settings: SshSettings, answers: Answers) {
  const keys: KeyFile[] = [];
  /** what of it cannot be used: `a certificate (…)`, `a hardware key (…)`, `a key that cannot be read (…)` */
  const unusable: string[] = [];
  for (const file of settings.all("identityfile")) {
    const path = expandPath(file, settings);
    if (file === "none" || !existsSync(path)) continue;
    if (existsSync(`${path}-cert.pub`)) unusable.push(`a certificate (${path}-cert.pub)`);
    const found = readKeyFile(path, answers);
    if (typeof found === "string") unusable.push(found);
    else keys.push(found);
  }
  for (const file of settings.all("certificatefile")) {
    if (file !== "none") unusable.push(`a certificate (${expandPath(file, settings)})`);
  }
  return { keys, unusable };
}

function readKeyFile(path: string, answers: Answers): KeyFile | string {
  let text: Buffer;
  try {
    text = readFileSync(path);
  } catch (error) {
    return `a key that cannot be read (${(error as Error).message})`;
  }
  const open = parse(text);
  // A public key alone names one that an agent holds.
  const publicKey = open ?? publicPart(text) ?? readPublic(`${path}.pub`);
  if (publicKey === undefined) {
    const isHardware = /^sk-/.test(publicType(text) ?? "");
    return isHardware ? `a hardware key (${path})` : `a key of an unknown kind (${path})`;
  }
  return { path, publicKey, unlock: async () => (open?.isPrivateKey() ? open : unlock(path, text, answers)) };
}

async function unlock(path: string, text: Buffer, answers: Answers): Promise<ParsedKey> {
  const secret = `key ${path}`;
  for (let tries = 1; ; tries++) {
    const about = tries === 1 ? "ssh" : "ssh: wrong passphrase";
    const passphrase = await answers.ask(secret, { about, prompt: `passphrase of ${path}: `, echo: false });
    const key = parse(text, passphrase);
    if (key) return key;
    answers.forget(secret);
    if (tries === TRIES) throw new Error(`the passphrase of ${path} is wrong`);
  }
}

function parse(text: Buffer | string, passphrase?: string): ParsedKey | undefined {
  const parsed = ssh2.utils.parseKey(text, passphrase) as ParsedKey | ParsedKey[] | Error;
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  return key instanceof Error ? undefined : key;
}

function readPublic(path: string): ParsedKey | undefined {
  return existsSync(path) ? parse(readFileSync(path)) : undefined;
}

/** The public half stands in the clear in OpenSSH's own format, in an encrypted file, too. */
function publicBlob(text: Buffer): Buffer | undefined {
  const body = /^-----BEGIN OPENSSH PRIVATE KEY-----\s([\s\S]*?)-----END/.exec(text.toString("latin1"))?.[1];
  if (body === undefined) return undefined;
  const bytes = Buffer.from(body, "base64");
  try {
    let at = "openssh-key-v1\0".length;
    // the names of cipher and key derivation, and its options
    for (let field = 0; field < 3; field++) at += 4 + bytes.readUInt32BE(at);
    at += 4;
    return bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at));
  } catch {
    return undefined;
  }
}

function publicType(text: Buffer): string | undefined {
  const blob = publicBlob(text);
  return blob && blob.length > 4 ? blob.toString("latin1", 4, 4 + blob.readUInt32BE(0)) : undefined;
}

function publicPart(text: Buffer): ParsedKey | undefined {
  const blob = publicBlob(text);
  const type = publicType(text);
  return blob && type !== undefined ? parse(`${type} ${blob.toString("base64")}`) : undefined;
}
