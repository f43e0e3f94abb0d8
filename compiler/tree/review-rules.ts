import { lstatSync } from "node:fs";
import { join } from "node:path";
import { firstOf } from "../format/amounts.js";
import { entriesIn } from "../format/file-access.js";
import { closest } from "../problem/closest.js";
import type { Problem } from "../problem/problem.js";
import type { ProblemList } from "../problem/problem-list.js";
import { readNames } from "./read-names.js";
import { escapePattern, type TreeRule } from "./rule.js";
import type { RuleSet } from "./rule-set.js";
import type { TreePlan } from "./tree-plan.js";
import type { TreeWalkReport } from "./walk.js";

const MOST_NAMED = 5;

function named(paths: readonly string[]): string {
  return firstOf(
    paths.map((path) => JSON.stringify(path)),
    MOST_NAMED,
  );
}

function namesOf({ segments, literals }: TreeRule): string[] {
  return segments.slice(0, literals).map((segment) => ("name" in segment ? segment.name : ""));
}

function isFilledFolder(path: string): boolean {
  const isFolder = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder && entriesIn(path).length > 0;
}

/** What a path that is not there was probably meant to be. */
function suggest(root: string, rule: TreeRule): string {
  const names = namesOf(rule);
  for (const [depth, name] of names.entries()) {
    const there = readNames(join(root, ...names.slice(0, depth)));
    if (there?.includes(name)) continue;
    const meant = there && closest(name, there);
    if (meant === undefined) break;
    const parts = rule.text.replace(/^(\.\/)+/, "").split("/");
    return `did you mean "${parts.with(depth, escapePattern(meant)).join("/")}"?`;
  }
  return 'rules begin at the tree\'s root; "**/" before a name finds it at any depth';
}

/** Looks at what became of a tree's rules: a path that is not there is a mistake, other useless rules are noted. */
export class RuleReview {
  readonly notes: Problem[] = [];

  constructor(
    readonly plan: TreePlan,
    readonly root: string,
    readonly problems: ProblemList,
  ) {}

  #note(path: readonly (string | number)[], message: string, hint: string): void {
    this.notes.push({ message, hint, place: this.problems.placeOf([...this.plan.place, ...path]) });
  }

  /** Elsewhere a folder's name stands for all that is in it. */
  #folderAlone(rule: TreeRule, rules: readonly TreeRule[], at: readonly (string | number)[]): void {
    const others = rules.some(
      (other) => other.effect === "take" && (other.literals === 0 || other.text.startsWith(`${rule.text}/`)),
    );
    if (others || !isFilledFolder(join(this.root, ...namesOf(rule)))) return;
    const hint = `"${rule.text}/**" takes all that is in it; "${rule.text}/" says that it is meant alone`;
    this.#note(at, `the rule "${rule.text}" takes the folder alone, with nothing in it`, hint);
  }

  select(set: RuleSet): void {
    for (const [i, rule] of set.rules.entries()) {
      const at = ["select", i];
      const isPath = rule.literals === rule.segments.length;
      if (set.matched[i] === 1) {
        if (rule.effect !== "take" && set.decided[i] !== 1) {
          const why =
            "no rule before it takes what it leaves out, or one after it does; the last one that matches decides";
          this.#note(at, `the rule "${rule.text}" has no effect`, why);
        } else if (rule.effect === "take" && isPath && !rule.foldersOnly) this.#folderAlone(rule, set.rules, at);
      } else if (set.shadowed[i] === 1) {
        this.#note(
          at,
          `the rule "${rule.text}" takes nothing`,
          "a later rule leaves out the folder that it looks into",
        );
      } else if (rule.effect === "take" && (isPath || readNames(join(this.root, ...namesOf(rule))) === undefined)) {
        const what = !isPath || rule.foldersOnly ? "folder" : "file or folder";
        this.problems.add(
          [...this.plan.place, ...at],
          `the rule "${rule.text}" matches nothing: there is no such ${what} in ${this.plan.root}`,
          suggest(this.root, rule),
        );
      } else if (rule.effect === "take") {
        this.#note(
          at,
          `the rule "${rule.text}" matches nothing`,
          "links are not followed, and hidden names need their dot",
        );
      } else if (isPath) {
        // A pattern may well be there for what is not there yet.
        this.#note(at, `the rule "${rule.text}" leaves out nothing`, "no other rule takes what it names");
      }
    }
  }

  readOnly(set: RuleSet): void {
    for (const [i, rule] of set.rules.entries()) {
      if (set.matched[i] === 1) continue;
      this.#note(["readOnly", i], `the rule "${rule.text}" matches no selected file`, "it may be left out");
    }
  }

  walked({ unreadable, outward, special }: TreeWalkReport): void {
    for (const { path, why } of unreadable) {
      this.problems.add(
        this.plan.place,
        `${path === "." ? this.plan.root : JSON.stringify(path)} of the tree ${this.plan.root} cannot be read: ${why}`,
        path === "."
          ? "change its permissions"
          : `change that, or leave it out with the rule ${JSON.stringify(`!${escapePattern(path)}`)}`,
      );
    }
    const links = outward.length === 1 ? "a link leads" : `${outward.length} links lead`;
    if (outward.length > 0) {
      this.#note(
        [],
        `${links} out of the tree: ${named(outward)}`,
        "they are kept as they are, and lead to the same path on the target",
      );
    }
    if (special.length > 0) {
      this.#note([], `left out, being neither files, folders nor links: ${named(special)}`, "no rule can select them");
    }
  }
}
