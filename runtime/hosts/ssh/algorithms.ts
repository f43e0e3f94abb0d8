import type { Algorithms } from "ssh2";
import type { SshSettings } from "./settings.js";

/**
 * What ssh2 can do, in the order that we like best. Of ciphers the quick ones come first: AES-GCM
 * takes the processor's own instructions, and needs no separate checksum.
 */
const CIPHERS = [
  ..."aes128-gcm@openssh.com aes256-gcm@openssh.com chacha20-poly1305@openssh.com".split(" "),
  ..."aes128-ctr aes192-ctr aes256-ctr".split(" "),
];
const KEY_EXCHANGES = [
  ..."curve25519-sha256 curve25519-sha256@libssh.org ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521".split(
    " ",
  ),
  ..."diffie-hellman-group-exchange-sha256 diffie-hellman-group14-sha256 diffie-hellman-group16-sha512".split(" "),
  ..."diffie-hellman-group18-sha512 diffie-hellman-group14-sha1".split(" "),
];
const HASHES = ["hmac-sha2-256", "hmac-sha2-512", "hmac-sha1"];
const MACS = [...HASHES.map((mac) => `${mac}-etm@openssh.com`), ...HASHES];
const HOST_KEYS = [
  ..."ssh-ed25519 ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521".split(" "),
  ..."rsa-sha2-512 rsa-sha2-256 ssh-rsa".split(" "),
];

/**
 * The algorithms to offer: those that the user's configuration allows and ssh2 knows. Host keys of
 * the types that are known come first, so that a server with several shows the one we can check.
 *
 * @param knownTypes key types from known_hosts: `ssh-ed25519`, `ssh-rsa` …
 */
export function chooseAlgorithms(settings: SshSettings, knownTypes: ReadonlySet<string>): Algorithms {
  const isKnown = (algorithm: string): boolean => knownTypes.has(algorithm.replace(/^rsa-.*/, "ssh-rsa"));
  const hostKeys = allowed(HOST_KEYS, settings.one("hostkeyalgorithms"));
  const chosen = {
    cipher: allowed(CIPHERS, settings.one("ciphers")),
    kex: allowed(KEY_EXCHANGES, settings.one("kexalgorithms")),
    hmac: allowed(MACS, settings.one("macs")),
    serverHostKey: [...hostKeys.filter(isKnown), ...hostKeys.filter((algorithm) => !isKnown(algorithm))],
    compress: ["none"],
  };
  return chosen as unknown as Algorithms;
}

function allowed(ours: readonly string[], configured: string | undefined): string[] {
  const list = configured?.split(",") ?? [];
  const both = ours.filter((algorithm) => list.includes(algorithm));
  return both.length > 0 ? both : [...ours];
}
