import { RuntimeProblem } from "../../system/problem.js";
import { type Asker, askOnTerminal, NobodyToAsk, type Question } from "./terminal.js";

/**
 * Passphrases and passwords of this process, kept in memory alone: each is asked for once, however
 * often a connection is made anew.
 */
export class Answers {
  readonly #kept = new Map<string, string>();
  #last: Promise<unknown> = Promise.resolve();
  #asking = 0;

  constructor(private readonly asker: Asker = askOnTerminal) {}

  /**
   * The answer that was given before, or else a person's. One question at a time.
   *
   * @param key what it opens; `undefined` for an answer that is good for once
   * @throws RuntimeProblem if there is nobody to ask; it says what would have been asked
   */
  ask(key: string | undefined, question: Question): Promise<string> {
    const turn = this.#last.then(async () => {
      const kept = key === undefined ? undefined : this.#kept.get(key);
      if (kept !== undefined) return kept;
      this.#asking += 1;
      const answer = await this.asker(question)
        .catch((error: unknown) => {
          throw error instanceof NobodyToAsk ? unanswered(question, error) : error;
        })
        .finally(() => {
          this.#asking -= 1;
        });
      if (key !== undefined) this.#kept.set(key, answer);
      return answer;
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Whether somebody is thinking about an answer right now. */
  get isAsking(): boolean {
    return this.#asking > 0;
  }

  /** It was wrong. */
  forget(key: string): void {
    this.#kept.delete(key);
  }
}

/** Those of this process. */
export const answers = new Answers();

function unanswered({ about, prompt }: Question, error: NobodyToAsk): RuntimeProblem {
  return new RuntimeProblem(
    `${about} asks "${prompt.trim()}", and ${error.message}`,
    "run it from a terminal, or log in with an ssh key: one without a passphrase, or one that ssh-agent holds (ssh-add)",
    { cause: error },
  );
}
