import assert from "node:assert/strict";
import { suite } from "../runner/suite.js";
import { Deployment } from "./deployment.js";

/** A job's bash is in the locale of the user, after whatever other jobs have done before it in the same slot. */
const test = suite("the locale");

const FIELDS = `
  jobs: range("i", 1, 3),
  limits: { retries: 1 },
  outputs: { text: checked("{i}.txt", ({ output }) => sh\`word=é; [[ \\\${#word} == $(head -n 1 \${output}) ]]\`) },
  command: ({ outputs, params }) => sh\`
    word=é
    { echo "\\\${#word}"; env | grep -E '^(LANG|LC_)' | sort; } > \${outputs.text}
    if mkdir "$MARKS"/\${params.i} 2>/dev/null; then exit 3; fi\`,
`;

for (const [locale, environment, letters] of [
  ["UTF-8", { LANG: "C.UTF-8" }, 1],
  ["UTF-8 for characters alone", { LANG: "C", LC_CTYPE: "C.utf8" }, 1],
  ["C over UTF-8", { LANG: "C.UTF-8", LC_ALL: "C" }, 2],
  ["one that is not there", { LANG: "xx_XX.UTF-8" }, 2],
] as const) {
  test(`${locale}: for each job, each try of it and each check`, async () => {
    const deployment = new Deployment(FIELDS, {}, undefined, 1);
    deployment.write("marks/.keep", "");
    await deployment.succeed([], Object.assign({ LANG: undefined, MARKS: deployment.path("marks") }, environment));
    const said = Object.entries(environment).map(([name, value]) => `${name}=${value}\n`);
    for (const i of [1, 2, 3]) assert.equal(deployment.result(`${i}.txt`), `${letters}\n${said.sort().join("")}`);
  });
}

test.run();
