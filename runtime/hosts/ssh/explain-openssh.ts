import { RuntimeProblem } from "../../system/problem.js";
import { HungUp, Unreachable } from "./problems.js";

/** What `ssh` says when it cannot connect, and what to do about it. */
const FIXES: readonly (readonly [pattern: RegExp, fix: string])[] = [
  [/Host key verification failed|REMOTE HOST IDENTIFICATION/, "compare the key with what those who run it say"],
  [/Permission denied|Too many authentication failures/, "are User and IdentityFile right in your ssh configuration?"],
];

/** What it says where the server ends the connection before a login, as one does that has too many. */
const HANGS_UP = /^(kex|ssh)_exchange_identification: |^Connection (closed|reset) by .* port \d+$/;

export function explainOpenssh(name: string, said: string): RuntimeProblem {
  const lines = said
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(\*\*|@@|Warning: Permanently added)/.test(line));
  const fingerprint = /SHA256:\S+?(?=\.?$)/m.exec(said)?.[0];
  const last = lines.at(-1) ?? "it does not say why";
  const key = fingerprint !== undefined && /Host key/.test(last) ? ` (the key it shows: ${fingerprint})` : "";
  const message = `ssh cannot connect to ${name}: ${last}${key}`;
  if (HANGS_UP.test(last)) return new HungUp(name, `see whether this works: ssh ${name}`, { cause: new Error(last) });
  const fix = FIXES.find(([pattern]) => pattern.test(said))?.[1];
  const hint = `${fix === undefined ? "" : `${fix}; `}see whether this works: ssh ${name}`;
  return fix === undefined ? new Unreachable(message, hint) : new RuntimeProblem(message, hint);
}
