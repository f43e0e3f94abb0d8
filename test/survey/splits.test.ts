import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { matchFiles } from "../../compiler/survey/match-files.js";
import { suite } from "../runner/suite.js";

/** Whatever a pattern looks like: it takes what it describes, each path once, and its params give the path back. */
const test = suite("patterns of all kinds");

const folder = mkdtempSync(join(tmpdir(), "locusts-splits-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const PIECES = ["a", "b", "_", ".", "1", "-", "é", "😀", "aa", "{1}", "+", "R1", "$", "(", " "];

const fileName = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 4 })
  .map((pieces) => pieces.join(""))
  .filter((name) => name !== "." && name !== "..");

/** The paths of the folder's files and folders. */
function plant(): readonly string[] {
  const all = new Set<string>();
  const [names = []] = fc.sample(fc.uniqueArray(fileName, { minLength: 90, maxLength: 90 }), { numRuns: 1, seed: 5 });
  names.forEach((name, i) => {
    const path = i % 3 === 0 ? name : `${["d", "d_1", "d/e_1"][i % 2]}/${name}`;
    if (all.has(path)) return;
    for (let at = path; at !== "."; at = dirname(at)) all.add(at);
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), "");
  });
  return [...all];
}

const PLANTED = plant();

type Params = Readonly<Record<string, string>>;

/** Every way in which a name can be split; very slow, and so very simple. */
function splits(segment: string, name: string): Params[] {
  const tokens = segment.match(/\{[xyz]\}|./gsu) ?? [];
  const letters = Array.from(name);
  const found: Params[] = [];
  const go = (token: number, at: number, bound: Params): void => {
    const next = tokens[token];
    if (next === undefined) {
      if (at === letters.length) found.push(bound);
    } else if (token === 0 && name.startsWith(".") && /^(\{[xyz]\}|[*?])$/.test(next)) {
      return; // none of them takes a leading dot
    } else if (/^\{[xyz]\}$/.test(next)) {
      for (let end = at + 1; end <= letters.length; end += 1) {
        const value = letters.slice(at, end).join("");
        if ((bound[next] ?? value) === value) go(token + 1, end, { ...bound, [next]: value });
      }
    } else if (next === "*") for (let end = at; end <= letters.length; end += 1) go(token + 1, end, bound);
    else if (at < letters.length && (next === "?" || next === letters[at])) go(token + 1, at + 1, bound);
  };
  go(0, 0, {});
  return found;
}

/** Every way in which a path can be split. */
function pathSplits(segments: readonly string[], names: readonly string[]): Params[] {
  const [segment, ...others] = segments;
  const [name, ...below] = names;
  if (segment === undefined) return name === undefined ? [{}] : [];
  if (segment === "**") {
    const here = pathSplits(others, names);
    return name === undefined || name.startsWith(".") ? here : [...here, ...pathSplits(segments, below)];
  }
  if (name === undefined) return [];
  const rest = pathSplits(others, below);
  if (rest.length === 0) return [];
  return splits(segment, name).flatMap((one) =>
    rest
      .filter((other) => Object.keys(one).every((key) => other[key] === undefined || other[key] === one[key]))
      .map((other) => ({ ...one, ...other })),
  );
}

const segment = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom("{x}", "{y}", "{z}") },
      { weight: 1, arbitrary: fc.constantFrom("*", "?") },
      { weight: 3, arbitrary: fc.constantFrom(...PIECES) },
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((pieces) => pieces.join(""))
  .filter((text) => !["**", ".", ".."].includes(text));

const pattern = fc.oneof(
  { weight: 4, arbitrary: segment },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom("d", "{x}", "**", "**/{y}", "d*", "d/**"), segment).map((two) => two.join("/")),
  },
);

const seen = { whole: 0, several: 0 };

function checkPattern(text: string): void {
  const { matches, notes, problems } = matchFiles(folder, text);
  assert.deepEqual(problems, []);
  const segments = text.split("/");
  const expected = new Map<string, Params[]>();
  for (const path of PLANTED) {
    const ways = pathSplits(segments, path.split("/"));
    if (ways.length > 0) expected.set(path, ways);
  }
  assert.deepEqual(matches.map(({ path }) => path).sort(), [...expected.keys()].sort());
  let several = 0;
  for (const { path, params } of matches) {
    const ways = expected.get(path) ?? [];
    const different = new Set(ways.map((way) => JSON.stringify(Object.entries(way).sort())));
    const own = JSON.stringify(
      Object.entries(params)
        .map(([name, value]) => [`{${name}}`, value])
        .sort(),
    );
    assert.ok(different.has(own), `${path} is no ${own}`);
    if (different.size > 1) several += 1;
    if (/[*?]/.test(text)) continue;
    const filled = text.replace(/\{([xyz])\}/g, (_, name: string) => params[name] as string);
    assert.equal(filled, path);
    seen.whole += 1;
  }
  seen.several += several;
  const said = notes.map(({ message }) => message).find((message) => message.includes("could be"));
  const more = Number(/and (\d+) more names? can/.exec(said ?? "")?.[1] ?? 0);
  assert.equal(said === undefined ? 0 : 1 + more, several, "names that can be split in several ways are counted");
}

test("a pattern takes what it describes, its params give the name back, and other splits are told", () => {
  fc.assert(fc.property(pattern, checkPattern), { numRuns: 1500, includeErrorInReport: true });
  assert.ok(seen.whole > 500 && seen.several > 200, JSON.stringify(seen));
});

test.run();
