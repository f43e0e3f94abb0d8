import ssh2, { type IdentityCallback, type ParsedKey, type SignCallback, type SigningRequestOptions } from "ssh2";
import type { KeyFile } from "./key-files.js";

/**
 * All keys that a login may be tried with: those of the user's agent, and those in files. The server is asked about
 * each public key first, so that nobody is asked for the passphrase of a key that it would not take.
 */
export class KeyRing {
  /** why a key that the server would have taken was of no use; the last one */
  problem: Error | undefined;
  /** how many signatures were made: more than before means that the server liked a key */
  signatures = 0;
  #ofAgent: readonly ParsedKey[] = [];

  /**
   * @param agent of the user; `undefined` if there is none
   * @param onlyFiles whether keys of the agent count only if they are those of a file (`IdentitiesOnly`)
   */
  constructor(
    private readonly agent: ssh2.BaseAgent<ParsedKey> | undefined,
    private readonly files: readonly KeyFile[],
    private readonly onlyFiles: boolean,
  ) {}

  /** Those that the configuration names come first: servers let nobody try many. */
  async listKeys(): Promise<readonly ParsedKey[]> {
    this.#ofAgent = await this.#agentKeys();
    const named = this.files.map(({ publicKey }) => publicKey);
    const isNamed = (key: ParsedKey): boolean => named.some((other) => same(key, other));
    const others = this.onlyFiles ? [] : this.#ofAgent.filter((key) => !isNamed(key));
    const inAgent = named.filter((key) => this.#isOfAgent(key));
    return [...inAgent, ...others, ...named.filter((key) => !inAgent.includes(key))];
  }

  nameOf(key: ParsedKey): string {
    return this.#fileOf(key)?.path ?? `${key.type} of the agent`;
  }

  /** @throws RuntimeProblem if there is nobody to ask for a passphrase */
  async sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions): Promise<Buffer> {
    this.signatures += 1;
    try {
      return await (this.#isOfAgent(key)
        ? this.#signWithAgent(key, data, options)
        : this.#signWithFile(key, data, options));
    } catch (error) {
      this.problem = error as Error;
      throw error;
    }
  }

  #signWithAgent(key: ParsedKey, data: Buffer, options: SigningRequestOptions): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.agent!.sign(key, data, options, (error, signature) => (signature ? resolve(signature) : reject(error)));
    });
  }

  async #signWithFile(key: ParsedKey, data: Buffer, { hash }: SigningRequestOptions): Promise<Buffer> {
    const file = this.#fileOf(key);
    if (!file) throw new Error("the agent holds this key no more");
    const signature: Buffer | Error = (await file.unlock()).sign(data, hash);
    if (signature instanceof Error) throw signature;
    return signature;
  }

  #isOfAgent(key: ParsedKey): boolean {
    return this.#ofAgent.some((other) => same(key, other));
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

/** One key of a ring, as an agent that holds no other. */
export class OneKey extends ssh2.BaseAgent<ParsedKey> {
  constructor(
    private readonly ring: KeyRing,
    private readonly key: ParsedKey,
  ) {
    super();
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    callback(null, [this.key]);
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    const answer = typeof options === "function" ? options : callback!;
    this.ring.sign(key, data, typeof options === "function" ? {} : options).then(
      (signature) => answer(null, signature),
      (error: Error) => answer(error),
    );
  }
}

function same(one: ParsedKey, other: ParsedKey): boolean {
  return one.getPublicSSH().equals(other.getPublicSSH());
}
