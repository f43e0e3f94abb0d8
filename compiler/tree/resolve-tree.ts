import { posix } from "node:path";
import { Tree } from "../dsl/tree.js";
import { cleanSource } from "../format/delivery.js";
import { hintForHome } from "../format/file-names.js";
import { placeholdersOf } from "../format/pattern.js";
import type { ReportMistake } from "../problem/problem.js";
import { parseTreeRule } from "./rule.js";
import type { TreePlan } from "./tree-plan.js";

interface TreeSurroundings {
  /** the target is on a machine that does not see the definition's folder */
  readonly elsewhere: boolean;
  readonly targetName: string;
  readonly hasInputs: boolean;
  /** where the definition says it */
  readonly place: TreePlan["place"];
}

function checkRules(name: "select" | "readOnly", rules: readonly string[], complain: ReportMistake): void {
  for (const [i, text] of rules.entries()) {
    const rule = parseTreeRule(text, false);
    if ("mistake" in rule) complain([name, i], `the rule "${text}" ${rule.mistake}`, rule.hint);
  }
}

function cleanWorkdir(text: string, complain: ReportMistake): string {
  const workdir = posix.normalize(text).replace(/(?<=.)\/$/, "");
  if (text.startsWith("/")) {
    complain(["workdir"], `workdir "${text}" is an absolute path`, "write it from the tree's root");
  } else if (workdir === ".." || workdir.startsWith("../")) {
    complain(["workdir"], `workdir "${text}" leads out of the tree`, "write it from the tree's root");
  } else if (/[\0\n]/.test(text)) complain(["workdir"], `workdir ${JSON.stringify(text)} is no plain path`);
  const [placeholder] = placeholdersOf(text);
  if (placeholder !== undefined) {
    complain(
      ["workdir"],
      `workdir has {${placeholder}}, and is the same for all jobs`,
      "let the command cd on from there",
    );
  }
  return workdir;
}

export function resolveTree(tree: Tree, around: TreeSurroundings, complain: ReportMistake): TreePlan | undefined {
  if (!(tree instanceof Tree)) {
    complain([], "a tree is what tree(…) gives", 'write tree: tree({ root: "…", select: ["**"] })');
    return undefined;
  }
  if (tree.root.trim() === "") complain(["root"], "the tree's root is empty", 'write "." for the definition\'s folder');
  const home = hintForHome(tree.root);
  if (home !== undefined) complain(["root"], "the tree's root begins with ~", home);
  else if (tree.mode === "inPlace") {
    if (!tree.root.startsWith("/") && around.elsewhere) {
      complain(
        ["root"],
        `the tree lies beside the definition, and not on the target ${around.targetName}`,
        "give root the absolute path that it has over there, or send it: leave mode out, and select",
      );
    }
  } else if (!tree.select.some((rule) => !rule.startsWith("!"))) {
    complain(["select"], "the tree selects nothing", 'select: ["**"] takes all that is not hidden');
  }
  checkRules("select", tree.select, complain);
  checkRules("readOnly", tree.readOnly, complain);
  if (around.hasInputs) {
    complain(
      [],
      "inputs cannot be given beside a tree: jobs find what they read in the tree",
      "leave inputs out, select what they name, and use its paths in the command",
    );
  }
  return {
    ...tree,
    root: cleanSource(tree.root) || ".",
    workdir: cleanWorkdir(tree.workdir, complain),
    collects: true,
    place: around.place,
  };
}

/**
 * A folder on the target in which jobs run as they would by hand: nothing is sent to it, and what they
 * do there is theirs alone.
 *
 * @param root as in an `inPlace` tree
 * @param elsewhere the target, if it does not see the definition's folder
 */
export function resolveFolder(
  root: string,
  elsewhere: string | undefined,
  place: TreePlan["place"],
  complain: (message: string, hint: string) => void,
): TreePlan {
  const home = hintForHome(root);
  if (home !== undefined) complain("the folder of the lines begins with ~", home);
  else if (root.trim() === "") complain("the folder of the lines is empty", 'write "." for the definition\'s folder');
  else if (!root.startsWith("/") && elsewhere !== undefined) {
    complain(
      `the lines run in a folder beside the definition, which is not on the target ${elsewhere}`,
      'say where they run over there: commands("…", { folder: "/absolute/path" }); or declare inputs or outputs: then each runs in a folder of its own',
    );
  }
  return { ...new Tree({ mode: "inPlace", root: cleanSource(root) || "." }), collects: false, place };
}
