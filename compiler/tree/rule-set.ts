import type { TreeRule } from "./rule.js";

export type EntryKind = "file" | "folder" | "link";

/** How far each rule has come on the way to a path. */
export interface RulePosition {
  readonly depth: number;
  /** for each rule a set of numbers: of segments that the path can have used up, as bits */
  readonly reached: Int32Array;
  /** the last rule that leaves out a folder on the way, with all that is in it; -1: none */
  readonly left: number;
  /** the same for rules that leave out files alone */
  readonly filesLeft: number;
}

function isAny(rule: TreeRule, at: number): boolean {
  const segment = rule.segments[at];
  return segment !== undefined && "any" in segment;
}

/**
 * `**` may stand for no folder at all; at a rule's end it stands for what is in a folder, and so for one name at least.
 */
function skipAny(rule: TreeRule, reached: number): number {
  let all = reached;
  for (let at = 0; at < rule.segments.length - 1; at += 1) if (all & (1 << at) && isAny(rule, at)) all |= 1 << (at + 1);
  return all;
}

function stepRule(rule: TreeRule, reached: number, name: string): number {
  const { segments, hidden } = rule;
  const last = segments.length - 1;
  const secret = !hidden && name.startsWith(".");
  let next = 0;
  for (let at = 0; at <= last; at += 1) {
    if ((reached & (1 << at)) === 0) continue;
    const segment = segments[at] as TreeRule["segments"][number];
    if ("name" in segment) {
      if (segment.name === name) next |= 1 << (at + 1);
    } else if ("any" in segment) {
      if (!secret) next |= at === last ? (1 << at) | (1 << (at + 1)) : 1 << at;
    } else if ((!secret || segment.dotted) && segment.wild.test(name)) next |= 1 << (at + 1);
  }
  return next === 0 ? 0 : skipAny(rule, next);
}

function isMatch(rule: TreeRule, reached: number): boolean {
  return (reached & (1 << rule.segments.length)) !== 0;
}

/** A rule that ends in a wildcard takes files; in a name, in `**` or in a slash, folders as well. */
function takesFolders(rule: TreeRule): boolean {
  const last = rule.segments.at(-1);
  return rule.foldersOnly || last === undefined || !("wild" in last);
}

/** A folder that a rule names on its way comes along, even when there is nothing in it. */
function namesFolder(rule: TreeRule, reached: number, depth: number): boolean {
  const last = rule.segments.length - 1;
  if (depth <= Math.min(rule.literals, last) && (reached & (1 << depth)) !== 0) return true;
  return isAny(rule, last) && last > 0 && (reached & (1 << last)) !== 0;
}

/**
 * Rules of which the last one that matches decides, followed from folder to folder, so that those
 * in which no rule can match are never entered. Notes which rules were of use.
 */
export class RuleSet {
  /** rules that match something, whether or not another one decides */
  readonly matched: Uint8Array;
  /** rules but for which something would be taken that is not, or the other way about */
  readonly decided: Uint8Array;
  /** rules that may match in a folder which a later rule leaves out */
  readonly shadowed: Uint8Array;

  constructor(readonly rules: readonly TreeRule[]) {
    this.matched = new Uint8Array(rules.length);
    this.decided = new Uint8Array(rules.length);
    this.shadowed = new Uint8Array(rules.length);
  }

  /** Where all rules are at the tree's root. */
  start(): RulePosition {
    return { depth: 0, reached: Int32Array.from(this.rules, (rule) => skipAny(rule, 1)), left: -1, filesLeft: -1 };
  }

  /**
   * Whether the rules take an entry, and where they are at it.
   *
   * @param folder where they are at the folder that it is in
   */
  step(folder: RulePosition, name: string, kind: EntryKind): { readonly taken: boolean; readonly at: RulePosition } {
    const { rules } = this;
    const reached = new Int32Array(rules.length);
    const isFolder = kind === "folder";
    const depth = folder.depth + 1;
    let { left, filesLeft } = folder;
    let decider = -1;
    let taken = false;
    const decide = (i: number, take: boolean) => {
      if (decider < 0) {
        decider = i;
        taken = take;
        if (take) this.decided[i] = 1;
        // A rule that leaves out is of use only where another one would have taken something.
      } else if (take && !taken) this.decided[decider] = 1;
    };
    for (let i = rules.length - 1; i >= 0; i -= 1) {
      const rule = rules[i] as TreeRule;
      const before = folder.reached[i] as number;
      const now = before === 0 ? 0 : stepRule(rule, before, name);
      reached[i] = now;
      if (i === folder.left || (i === folder.filesLeft && !isFolder)) {
        this.matched[i] = 1;
        decide(i, false);
      }
      if (now === 0) continue;
      const matches = isMatch(rule, now) && (isFolder || !rule.foldersOnly);
      if (rule.effect === "take") {
        if (matches && (!isFolder || takesFolders(rule))) {
          this.matched[i] = 1;
          decide(i, true);
        } else if (isFolder && namesFolder(rule, now, depth)) decide(i, true);
      } else if (matches) {
        this.matched[i] = 1;
        if (rule.effect === "leave") {
          decide(i, false);
          if (isFolder) left = Math.max(left, i);
        } else if (isFolder) filesLeft = Math.max(filesLeft, i);
        else decide(i, false);
      }
    }
    return { taken, at: { depth, reached, left, filesLeft } };
  }

  /** Can a rule take something in this folder? */
  canTakeIn({ reached, left }: RulePosition): boolean {
    let can = false;
    for (const [i, rule] of this.rules.entries()) {
      const goesOn = rule.effect === "take" && ((reached[i] as number) & ((1 << rule.segments.length) - 1)) !== 0;
      if (!goesOn) continue;
      if (i > left) can = true;
      else this.shadowed[i] = 1;
    }
    return can;
  }
}
