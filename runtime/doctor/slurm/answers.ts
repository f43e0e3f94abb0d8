export type Question =
  | "chosen"
  | "ignored"
  | "ping"
  | "sbatch"
  | "partitions"
  | "nodes"
  | "config"
  | "queue"
  | "associations"
  | "user"
  | "qos";

export interface Answer {
  readonly text: string;
  /** 124: none within 20 s */
  readonly code: number;
}

const MARK = "\u001e";

export function readAnswers(text: string): Map<Question, Answer> {
  const answers = new Map<Question, Answer>();
  let question: string | undefined;
  for (const part of text.split(MARK).slice(1)) {
    const end = part.indexOf("\n");
    const [head, body] = [part.slice(0, end), part.slice(end + 1)];
    if (!head.startsWith(" ")) {
      question = head;
      answers.set(head as Question, { text: body.trimEnd(), code: 1 });
    } else if (question !== undefined) {
      const { text: said } = answers.get(question as Question) as Answer;
      answers.set(question as Question, { text: said, code: Number(head) });
    }
  }
  return answers;
}

/** Rows of a table as `sacctmgr --parsable2` prints it, by the names of its columns; none if it failed. */
export function readTable(answer: Answer | undefined): Map<string, string>[] {
  if (answer?.code !== 0) return [];
  const lines = answer.text.split("\n").filter((line) => line.includes("|"));
  const names = lines[0]?.split("|") ?? [];
  return lines.slice(1).map((line) => new Map(line.split("|").map((value, i) => [names[i] ?? "", value])));
}
