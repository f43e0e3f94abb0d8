import type { ShellCommand, ShellPart } from "../dsl/command.js";
import type { Environment } from "../dsl/environment.js";
import type { Notify } from "../dsl/notify.js";
import type { BundleDescription } from "../format/bundle.js";
import type { DefinitionPath } from "../problem/problem.js";
import { assembleTemplate, type ShellAround, type ShellMistake, textAt } from "../shell/template.js";
import type { PlanMistake } from "./plan-mistake.js";

/** Bash text of a definition: what it is put together to, and what is wrong with it. */
export class ShellTexts {
  /** what may be wrong */
  readonly notes: PlanMistake[] = [];
  /** params that bash computes with */
  readonly computed = new Set<string>();

  constructor(readonly mistakes: PlanMistake[]) {}

  /** @param around what the text may refer to, which is then looked at */
  async assemble(
    { parts }: { readonly parts: readonly ShellPart[] },
    path: DefinitionPath,
    around?: ShellAround,
  ): Promise<string> {
    const assembled = await assembleTemplate(parts, around);
    for (const variable of assembled.arithmetic) this.computed.add(variable.replace(/^param_/, ""));
    for (const mistake of assembled.mistakes) this.mistakes.push(placed(mistake, parts, path));
    for (const note of assembled.notes) this.notes.push(placed(note, parts, path));
    return assembled.text;
  }

  async notify(notify: Notify | undefined): Promise<BundleDescription["notify"]> {
    if (notify === undefined) return undefined;
    const { command, on } = notify;
    const parts = typeof command === "string" ? { parts: [{ text: command }] } : command;
    const text = await this.assemble(parts, ["notify", "command"]);
    return { command: text, ...(on === "target" ? { on } : {}) };
  }

  async prepare({ prepare }: Environment): Promise<string | undefined> {
    if (prepare === undefined) return undefined;
    const path = ["environment", "prepare"];
    if (typeof prepare === "string" || Array.isArray(prepare)) {
      return this.assemble({ parts: [{ text: [prepare].flat().join("\n") }] }, path);
    }
    return this.assemble(prepare as ShellCommand, path);
  }
}

/** A mistake at a value is shown at the end of the text before it. */
function placed(mistake: ShellMistake, parts: readonly ShellPart[], path: DefinitionPath): PlanMistake {
  const { message, hint } = mistake;
  const { from, offset = 0 } = textAt(parts, mistake) ?? {};
  const template = from && { stack: from.stack, piece: from.index, offset };
  return { path, message, hint, template };
}
