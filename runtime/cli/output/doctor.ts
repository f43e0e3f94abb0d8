import { countOf } from "../../../compiler/format/amounts.js";
import type { Finding, FindingStatus } from "../../doctor/facts/finding.js";
import type { Voice } from "./terminal.js";

/** The longest of the findings' names; they are said as they come. */
const NAME_WIDTH = 16;
const STATUS_WIDTH = 7;

function paint({ colors }: Voice, status: FindingStatus): string {
  const text = status.padEnd(STATUS_WIDTH);
  if (status === "ok") return colors.green(text);
  if (status === "warn") return colors.yellow(text);
  return status === "fail" ? colors.red(text) : colors.dim(text);
}

export function sayFinding(terminal: Voice, { name, status, message, hint }: Finding): void {
  terminal.say(`${paint(terminal, status)} ${name.padEnd(NAME_WIDTH)} ${message}`);
  if (hint !== null)
    terminal.say(`${" ".repeat(STATUS_WIDTH + NAME_WIDTH + 2)}${terminal.colors.dim("hint:")} ${hint}`);
}

export function summarizeFindings(terminal: Voice, target: string, findings: readonly Finding[]): void {
  const { colors } = terminal;
  const count = (wanted: FindingStatus) => findings.filter(({ status }) => status === wanted).length;
  const [fails, warns] = [count("fail"), count("warn")];
  const also = warns > 0 ? `; ${countOf(warns, "thing")} to know beforehand` : "";
  if (fails > 0) terminal.say(`${colors.red(`${target} is not ready:`)} ${countOf(fails, "thing")} would fail${also}`);
  else terminal.say(`${colors.green(`${target} is ready`)}${also}`);
}
