import * as assert from "uvu/assert";
import { parseTreeRule, type TreeRule } from "../../compiler/tree/rule.js";
import { suite } from "../runner/suite.js";
import { select, treeOf } from "./selection.js";

const test = suite("rules, beside a simpler reading of them");

/** Numbers that are the same in every run. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; state = (state * 1103515245 + 12345) % 2147483648) yield state / 2147483648;
}

/** The whole path as one expression; names in this test are letters alone. */
function expression(text: string): RegExp {
  const source = text
    .replace(/^!+/, "")
    .replace(/\/$/, "")
    .replace(/\/\*\*$/, "/\0")
    .replace(/^\*\*$/, "\0")
    .replace(/\*\*\//g, "\x01")
    .replace(/\*/g, "[^/]*")
    .replace(/\?/g, "[^/]")
    .replace("\0", ".+")
    .replaceAll("\x01", "(?:[^/]+/)*");
  return new RegExp(`^${source}$`);
}

/** Each path by itself, without any memory of the way to it. */
function naive(all: readonly string[], rules: readonly string[]): string[] {
  const isTaken = (path: string): boolean => {
    const isFolder = path.endsWith("/");
    const bare = path.replace(/\/$/, "");
    const above = bare
      .split("/")
      .map((_, i, names) => names.slice(0, i).join("/"))
      .slice(1);
    for (const text of rules.toReversed()) {
      const matches = (at: string, folder: boolean) => (folder || !text.endsWith("/")) && expression(text).test(at);
      const inside = above.some((folder) => matches(folder, true));
      if (text.startsWith("!!")) {
        if (!isFolder && (inside || matches(bare, false))) return false;
      } else if (text.startsWith("!")) {
        if (inside || matches(bare, isFolder)) return false;
      } else {
        const last = text.replace(/\/$/, "").split("/").at(-1) as string;
        const filesOnly = /[*?]/.test(last) && last !== "**" && !text.endsWith("/");
        if (matches(bare, isFolder) && !(isFolder && filesOnly)) return true;
        const named =
          isFolder &&
          (text.startsWith(`${bare}/`) || (text.endsWith("/**") && expression(text.slice(0, -3)).test(bare)));
        if (named) return true;
      }
    }
    return false;
  };
  const taken = all.filter(isTaken);
  return all.filter(
    (path) => taken.includes(path) || (path.endsWith("/") && taken.some((one) => one.startsWith(path))),
  );
}

test("a thousand lists of rules select the same", () => {
  const draw = numbers(7);
  const pick = <T>(items: readonly T[]): T => items[Math.floor((draw.next().value as number) * items.length)] as T;
  const made = new Set<string>();
  for (let i = 0; i < 40; i += 1) {
    const depth = pick([1, 2, 3, 4]);
    const path = Array.from({ length: depth }, (_, k) =>
      pick(k === depth - 1 ? ["x", "y", "ab", "f/"] : ["a", "b", "c"]),
    );
    made.add(path.join("/"));
  }
  const root = treeOf([...made]);
  const all = select(root, ["**"]).paths;
  assert.ok(all.length > 30);
  const segments = ["a", "b", "c", "x", "ab", "*", "?", "a*", "**", "f"];
  for (let round = 0; round < 1000; round += 1) {
    const rules = Array.from({ length: pick([1, 2, 3, 4, 5]) }, () => {
      const parts = Array.from({ length: pick([1, 2, 2, 3]) }, () => pick(segments));
      return pick(["", "", "", "!", "!!"]) + parts.join("/").replace(/(\*\*\/)+/g, "**/") + pick(["", "", "", "/"]);
    }).filter((text) => !/\*\*\/$|\*\*\/\*\*$/.test(text));
    assert.ok(rules.every((text) => "segments" in (parseTreeRule(text, false) as TreeRule)));
    assert.equal(select(root, rules).paths, naive(all, rules), JSON.stringify(rules));
  }
});

test.run();
