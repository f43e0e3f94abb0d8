import assert from "node:assert/strict";
import type { Deployment } from "./deployment.js";

/** Names that other tools trip over. */
export const NASTY_NAMES = [
  "with space",
  "  two  leading and trailing  ",
  "it's",
  'double"quote',
  "$HOME",
  "$(touch hacked)",
  "`touch hacked`",
  "a;b",
  "a&b|c",
  "star*",
  "que?stion",
  "[brackets]",
  "{braces}",
  "-n",
  "--help",
  "-",
  "~",
  "#hash",
  "!bang",
  "back\\slash",
  "\\n\\t\\\\",
  "\\e",
  "%s%d",
  "a=b",
  "a,b",
  "(paren)",
  "<angle>",
  "grüße",
  "日本語",
  "emoji😀",
  "e\u0301",
  "%2F",
  "x".repeat(200),
  "ä".repeat(100),
];

/** A swarm whose jobs, inputs and outputs have these names. */
export const NASTY_FIELDS = `
    jobs: files("in/{name}.txt"),
    inputs: { text: "in/{name}.txt", moved: input("in/{name}.txt", { as: "{name}" }), all: shared("shared dir/it's \\"all\\" $.txt") },
    outputs: { copy: "out/{name}.txt", flat: "{name}.flat", tree: "tree {name}/" },
    command: ({ inputs, outputs, params }) => sh\`
      cat \${inputs.text} > \${outputs.copy}
      cat \${inputs.moved} \${inputs.all} > \${outputs.flat}
      mkdir \${outputs.tree}
      printf %s \${params.name} > \${outputs.tree}/name\`,
  `;

export const NASTY_FILES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(NASTY_NAMES.map((name) => [`in/${name}.txt`, `content of ${name}\n`])),
  'shared dir/it\'s "all" $.txt': "shared\n",
};

/** Everything was collected, as it was written. */
export function assertUnharmed(deployment: Deployment): void {
  assert.deepEqual(
    deployment.results(),
    NASTY_NAMES.flatMap((name) => [`out/${name}.txt`, `${name}.flat`, `tree ${name}/name`]).sort(),
  );
  for (const name of NASTY_NAMES) {
    assert.equal(deployment.result(`out/${name}.txt`), `content of ${name}\n`);
    assert.equal(deployment.result(`${name}.flat`), `content of ${name}\nshared\n`);
    assert.equal(deployment.result(`tree ${name}/name`), name);
  }
}
