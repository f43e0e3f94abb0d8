import ssh2, { type AnyAuthMethod, type AuthenticationType, type ParsedKey, type Prompt } from "ssh2";
import { RuntimeProblem } from "../../system/problem.js";
import type { Answers } from "./answers.js";
import { readKeyFiles } from "./key-files.js";
import { KeyRing, OneKey } from "./key-ring.js";
import type { SshSettings } from "./settings.js";
import { expandPath } from "./tokens.js";

const METHODS = ["publickey", "keyboard-interactive", "password"] as const;
type Method = (typeof METHODS)[number];

/** One login at one host: which methods are tried, in which order, and with what. */
export class Authentication {
  readonly #ring: KeyRing;
  readonly #unusable: readonly string[];
  readonly #about: string;
  readonly #tried: Method[] = [];
  readonly #triesLeft: Record<Method, number>;
  /** what was answered from memory or by a person in the attempt that runs */
  #used: string[] = [];
  #taken: readonly string[] = [];
  #keys: ParsedKey[] | undefined;
  readonly #keysTried: string[] = [];
  #signatures = 0;
  /** what makes it pointless to go on */
  problem: RuntimeProblem | undefined;

  constructor(
    private readonly settings: SshSettings,
    private readonly answers: Answers,
  ) {
    const files = readKeyFiles(settings, answers);
    this.#unusable = files.unusable;
    const socket = agentSocket(settings);
    const agent = socket === undefined ? undefined : new ssh2.OpenSSHAgent(socket);
    this.#ring = new KeyRing(agent, files.keys, settings.one("identitiesonly") === "yes");
    this.#about = `${settings.user}@${settings.alias}`;
    const prompts = Number(settings.one("numberofpasswordprompts") ?? 3);
    const off = (key: string): boolean => settings.one(key) === "no";
    this.#triesLeft = {
      publickey: ["no", "false"].includes(settings.one("pubkeyauthentication") ?? "") ? 0 : 1,
      "keyboard-interactive": off("kbdinteractiveauthentication") ? 0 : prompts,
      password: off("passwordauthentication") ? 0 : prompts,
    };
  }

  /**
   * What to try next. The first try is `none`, which asks the server what it takes.
   *
   * @param left the methods that the server would go on with; null at the beginning
   * @param partly whether the last one was good, and is not enough by itself
   * @returns false if there is nothing more to try; `explain` says what was tried
   */
  async next(left: readonly AuthenticationType[] | null, partly: boolean): Promise<AnyAuthMethod | false> {
    const username = this.settings.user;
    // After a signature ssh2 does not say what the server would go on with, so the server is asked:
    // the key may have been refused, or have been the first of two factors.
    const isSigned = this.#ring.signatures > this.#signatures;
    this.#signatures = this.#ring.signatures;
    if (left === null || isSigned) return { type: "none", username };
    if (!partly) for (const key of this.#used) this.answers.forget(key);
    this.#used = [];
    this.#taken = left;

    for (const method of this.#order()) {
      if (!left.includes(method) || this.#triesLeft[method] <= 0) continue;
      this.#tried.push(method);
      if (method === "publickey") {
        this.#keys ??= [...(await this.#ring.listKeys())];
        const key = this.#keys.shift();
        if (!key) continue;
        this.#keysTried.push(this.#ring.nameOf(key));
        return { type: "agent", username, agent: new OneKey(this.#ring, key) };
      }
      this.#triesLeft[method] -= 1;
      switch (method) {
        case "password": {
          const password = await this.#ask(`password ${this.#about}`, "Password: ", false);
          return { type: "password", username, password };
        }
        case "keyboard-interactive":
          return {
            type: "keyboard-interactive",
            username,
            prompt: (_name, instructions, _language, prompts, finish) => {
              this.#answerAll(instructions, prompts).then(finish, (error: unknown) => {
                this.problem ??= error as RuntimeProblem;
                finish([]);
              });
            },
          };
      }
    }
    return false;
  }

  explain(): RuntimeProblem {
    if (this.problem) return this.problem;
    // a passphrase that there was nobody to ask for
    if (this.#ring.problem instanceof RuntimeProblem) return this.#ring.problem;
    const keys = ` (${this.#keysTried.join(", ") || "no key found"})`;
    const tried = [...new Set(this.#tried)].map((method) => (method === "publickey" ? `${method}${keys}` : method));
    const because = this.#ring.problem ? `: ${this.#ring.problem.message}` : "";
    const message =
      `${this.settings.alias} refuses the login of ${this.settings.user}${because}; ` +
      `tried: ${tried.join(", ") || "nothing"}; it takes: ${this.#taken.join(", ") || "nothing"}`;
    const unsupported = [...this.#unusable];
    if (this.#taken.some((method) => `${method}`.startsWith("gssapi"))) unsupported.push("Kerberos");
    const hint =
      unsupported.length > 0
        ? `the built-in ssh cannot use ${unsupported.join(", ")}; let your own ssh connect: ssh: "openssh" in the target`
        : `see whether this works: ssh ${this.settings.alias}; are User and IdentityFile right in your ssh configuration?`;
    return new RuntimeProblem(message, hint, { cause: this.#ring.problem });
  }

  #order(): readonly Method[] {
    const preferred = this.settings.one("preferredauthentications")?.split(",");
    return preferred ? preferred.filter((name): name is Method => METHODS.includes(name as Method)) : METHODS;
  }

  async #answerAll(instructions: string, prompts: readonly Prompt[]): Promise<string[]> {
    const answers: string[] = [];
    for (const { prompt, echo = false } of prompts) {
      // A password stays the same for a whole run; a code of a second factor is another each time.
      const lasting = /pass(word|phrase)/i.test(prompt) && !/one[- ]?time|otp|token|code/i.test(prompt);
      const key = lasting ? `keyboard ${this.#about} ${prompt}` : undefined;
      answers.push(await this.#ask(key, instructions ? `${instructions}\n${prompt}` : prompt, echo));
    }
    return answers;
  }

  async #ask(key: string | undefined, prompt: string, echo: boolean): Promise<string> {
    if (key !== undefined) this.#used.push(key);
    return this.answers.ask(key, { about: this.#about, prompt, echo });
  }
}

function agentSocket(settings: SshSettings): string | undefined {
  const named = settings.all("identityagent")[0];
  if (named === "none") return undefined;
  if (named === undefined || named === "SSH_AUTH_SOCK") return process.env.SSH_AUTH_SOCK || undefined;
  return named.startsWith("$") ? process.env[named.replace(/[${}]/g, "")] : expandPath(named, settings);
}
