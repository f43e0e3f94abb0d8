import ssh2, { type IdentityCallback, type ParsedKey, type SignCallback, type SigningRequestOptions } from "ssh2";
import type { KeyFile } from "./key-files.js";

/**
 * All keys that a login may be tried with, as one agent: those of the user's agent, and those in
 * files. The server is asked about each public key first, so that nobody is asked for the
 * passphrase of a key that it would not take.
 */
export class KeyRing extends ssh2.BaseAgent<ParsedKey> {
  /** why a key that the server would have taken was of no use; the last one */
  problem: Error | undefined;
  /** `path` or comment of each key that was offered */
  offered: string[] = [];
  #ofAgent: readonly ParsedKey[] = [];

  /**
   * @param agent of the user; `undefined` if there is none
   * @param onlyFiles whether keys of the agent count only if they are those of a file (`IdentitiesOnly`)
   */
  constructor(
    private readonly agent: ssh2.BaseAgent<ParsedKey> | undefined,
    private readonly files: readonly KeyFile[],
    private readonly onlyFiles: boolean,
  ) {
    super();
  }

  /** Those that the configuration names come first: servers let nobody try many. */
  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    this.#agentKeys().then(
      (keys) => {
        const named = this.files.map(({ publicKey }) => publicKey);
        const isNamed = (key: ParsedKey): boolean => named.some((other) => same(key, other));
        const others = this.onlyFiles ? [] : keys.filter((key) => !isNamed(key));
        this.#ofAgent = keys;
        const inAgent = named.filter((key) => keys.some((other) => same(key, other)));
        const inFiles = named.filter((key) => !inAgent.includes(key));
        const all = [...inAgent, ...others, ...inFiles];
        this.offered = all.map((key) => this.#fileOf(key)?.path ?? `${key.type} of the agent`);
        callback(null, all);
      },
      (error: Error) => callback(error),
    );
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    const answer = typeof options === "function" ? options : callback!;
    const wanted = typeof options === "function" ? {} : options;
    if (this.agent && this.#ofAgent.some((other) => same(key, other))) {
      this.agent.sign(key, data, wanted, answer);
      return;
    }
    this.#signWithFile(key, data, wanted.hash).then(
      (signature) => answer(null, signature),
      (error: Error) => {
        this.problem = error;
        answer(error);
      },
    );
  }

  async #signWithFile(key: ParsedKey, data: Buffer, hash: string | undefined): Promise<Buffer> {
    const file = this.#fileOf(key);
    if (!file) throw new Error("the agent holds this key no more");
    const signature: Buffer | Error = (await file.unlock()).sign(data, hash);
    if (signature instanceof Error) throw signature;
    return signature;
  }

  #fileOf(key: ParsedKey): KeyFile | undefined {
    return this.files.find(({ publicKey }) => same(key, publicKey));
  }

  /** An agent that does not answer is none. */
  #agentKeys(): Promise<readonly ParsedKey[]> {
    return new Promise((resolve) => {
      if (!this.agent) resolve([]);
      else this.agent.getIdentities((error, keys) => resolve(error ? [] : ((keys ?? []) as ParsedKey[])));
    });
  }
}

function same(one: ParsedKey, other: ParsedKey): boolean {
  return one.getPublicSSH().equals(other.getPublicSSH());
}
