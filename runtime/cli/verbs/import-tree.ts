import { readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { ProblemsFound } from "../../../compiler/problem/problem.js";
import { printTree } from "../../../compiler/tree/import/print-tree.js";
import { readTreeFile } from "../../../compiler/tree/import/read-tree-file.js";
import { RuntimeProblem } from "../../system/problem.js";
import { messageOf } from "../../system/system-errors.js";
import { EXIT, type ExitCode } from "../output/exit-codes.js";
import type { Terminal } from "../output/terminal.js";
import { setProblemFolder } from "../output/where.js";

export function importTree(terminal: Terminal, file: string, root: string, json: boolean): ExitCode {
  const path = resolve(file);
  setProblemFolder(dirname(path));
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new RuntimeProblem(messageOf(error), "name the predecessor's tree file: locusts import-tree fs_tree.fst");
  }
  const imported = readTreeFile(text, basename(path));
  if (imported.problems.length > 0) throw new ProblemsFound(imported.problems);
  const { workdir = ".", select } = imported;
  if (json) terminal.printDocument("import-tree", { root, workdir, select });
  else {
    terminal.print(printTree(root, imported));
    if (imported.workdir === undefined) {
      terminal.say(`note: ${basename(path)} has no #WORKDIR line: jobs run in the tree's root`);
    }
  }
  return EXIT.fine;
}
