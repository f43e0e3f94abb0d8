import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { BundledTreeEntry } from "../format/bundle.js";
import type { DigestCache } from "../format/content/digest-cache.js";
import { errorCode } from "../format/file-access.js";
import { whyUnreadable } from "../format/file-names.js";
import { ownFolders } from "../format/own-folders.js";
import type { Problem } from "../problem/problem.js";
import type { ProblemList } from "../problem/problem-list.js";
import { readNames } from "./read-names.js";
import { RuleReview } from "./review-rules.js";
import { escapePattern, parseTreeRule, type TreeRule } from "./rule.js";
import type { TreePlan } from "./tree-plan.js";
import { walkTree } from "./walk.js";

function parseRules(texts: readonly string[], hidden: boolean): TreeRule[] {
  return texts.map((text) => {
    const rule = parseTreeRule(text, hidden);
    if ("mistake" in rule) throw new Error(`the rule "${text}" ${rule.mistake}, and was let through`);
    return rule;
  });
}

/** Surveys the tree that a definition selects. @returns notes; what is wrong goes to `problems` */
export function takeTree(
  plan: TreePlan,
  folder: string,
  cache: DigestCache,
  problems: ProblemList,
  visit: (entry: BundledTreeEntry) => void,
): readonly Problem[] {
  let root: string;
  try {
    root = realpathSync.native(resolve(folder, plan.root));
    if (readNames(root) === undefined) throw new Error("it is no folder");
  } catch (error) {
    const why = errorCode(error) === "ENOENT" ? "there is no such folder" : whyUnreadable(error);
    problems.add(
      [...plan.place, "root"],
      `the tree's root ${plan.root} cannot be used: ${why}`,
      "paths start at the definition's folder",
    );
    return [];
  }
  let hasWorkdir = plan.workdir === ".";
  const walked = walkTree(
    {
      root,
      select: parseRules(plan.select, plan.hidden),
      readOnly: parseRules(plan.readOnly, true),
      never: new Set(ownFolders(realpathSync.native(folder))),
    },
    cache,
    (entry) => {
      if (entry.path === plan.workdir && entry.kind !== "file") hasWorkdir = true;
      visit(entry);
    },
  );
  const review = new RuleReview(plan, root, problems);
  review.select(walked.select);
  review.readOnly(walked.readOnly);
  review.walked(walked);
  if (!hasWorkdir) {
    problems.add(
      [...plan.place, "workdir"],
      `workdir "${plan.workdir}" is no folder that is selected`,
      `select it: ${JSON.stringify(`${escapePattern(plan.workdir)}/`)} takes the folder alone, ${JSON.stringify(`${escapePattern(plan.workdir)}/**`)} all of it`,
    );
  }
  return review.notes;
}
