import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "../../runtime/hosts/host.js";
import { OpensshHost } from "../../runtime/hosts/openssh-host.js";
import { Answers } from "../../runtime/hosts/ssh/answers.js";
import type { Question } from "../../runtime/hosts/ssh/terminal.js";
import { Ssh2Host } from "../../runtime/hosts/ssh2-host.js";
import { RuntimeProblem } from "../../runtime/system/problem.js";
import type { Sshd } from "../cluster/sshd.js";

/** The two ways to another machine. */
export const KINDS = ["builtin", "openssh"] as const;
export type Kind = (typeof KINDS)[number];

export function hostOf(kind: Kind, name = "lab"): Host {
  return kind === "builtin" ? new Ssh2Host(name) : new OpensshHost(name);
}

let configurations = 0;

/** Has all hosts read this ssh configuration from now on. */
export function configure(sshd: Sshd, ...entries: readonly string[]): void {
  const file = join(sshd.folder, `config-${++configurations}`);
  writeFileSync(file, entries.join("\n"));
  process.env.LOCUSTS_SSH_CONFIG = file;
}

/** Uses a host, and closes it whatever happens. */
export async function withHost<T>(host: Host, use: (host: Host) => Promise<T>): Promise<T> {
  try {
    return await use(host);
  } finally {
    host.close();
  }
}

/** Runs `true` on a host, which must be refused. @returns the problem, as a person reads it */
export async function refusal(host: Host): Promise<string> {
  try {
    await host.run("true");
  } catch (error) {
    if (error instanceof RuntimeProblem) return `${error.message} | ${error.hint}`;
    throw error;
  } finally {
    host.close();
  }
  throw new Error("it was let in");
}

/** Somebody who knows these answers: from part of a prompt to what is said. */
export function person(known: Readonly<Record<string, string>>): { asked: Question[]; answers: Answers } {
  const asked: Question[] = [];
  const answers = new Answers(async (question) => {
    asked.push(question);
    const [, answer] = Object.entries(known).find(([part]) => question.prompt.includes(part)) ?? [];
    if (answer === undefined) throw new Error(`nobody knows what to say to ${question.prompt}`);
    return answer;
  });
  return { asked, answers };
}
