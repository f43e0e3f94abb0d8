import * as assert from "uvu/assert";
import { suite } from "../runner/suite.js";
import { definition, mistakes } from "./temp-definition.js";

const test = suite("functions in a definition");

const saidOf = (text: string) => mistakes(definition({ targets: `  ${text}, targets: { here: local() },` }));

test("a function where none can be, or one that does not give what it has to, is told in words of the definition", async () => {
  for (const [text, expected] of [
    ["resources: () => ({ cpu: 2 })", '8:23 resources has no "cpu" (did you mean "cpus"?)'],
    [
      "resources: ({ job }) => ({ cpus: 2 })",
      '8:17 there is no "job" in what is known of a job; there are params, inputs, attempt',
    ],
    [
      "resources: async () => ({ cpus: 2 })",
      "8:14 a function of a definition gives its value at once, and is not async (leave out async)",
    ],
    [
      'limits: ({ attempt }) => ({ time: "1m" })',
      "8:11 limits is no function (only limits.time may be one: limits: { time: ({ attempt }) => minutes(10 * attempt) })",
    ],
    ["jobName: ({ id }) => id", '8:12 jobName is no function (write jobName: "{id}", with params as placeholders)'],
    [
      'limits: "01:00:00"',
      '8:11 limits is an object, not "01:00:00" (it has time, pin, retries, retryOn, maxFailures, stagger)',
    ],
    ["resources: [4]", "8:14 resources is an object, not [4] (it has cpus, memory, gpus)"],
    [
      'notify: "me@lab.org"',
      '8:11 notify is an object, not "me@lab.org" (write notify: { command: sh`mail -s "$LOCUSTS_SUMMARY" me@lab.org` })',
    ],
    ['environment: { container: "x.sif" }', '8:29 a container is an object with its image: { image: "tools.sif" }'],
  ] as const)
    assert.equal(await saidOf(text), [expected], text);
  assert.equal(
    await mistakes(definition({ jobs: '  jobs: list("id", ["a", "b"]).filter(({ id }) => { id !== "b" }),' })),
    ['4:53 this function gives nothing (write return id !== "b")'],
  );
});

test("a condition that sets what it was to compare is told, unless it stands in parentheses", async () => {
  const filtered = (condition: string) =>
    mistakes(definition({ jobs: `  jobs: list("id", ["a", "b"]).filter(({ id }) => ${condition}),` }));
  const said = (at: string) => [`${at} = gives id another value here, and compares nothing (write id === "a")`];
  assert.equal(await filtered('id = "a"'), said("4:51"));
  assert.equal(await filtered('(id = "a") ? true : false'), []);
  assert.equal(await filtered('{ if (id = "a") return true; return false; }'), said("4:57"));
});

test.run();
