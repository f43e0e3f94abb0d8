import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "../runner/suite.js";
import { type Definition, type Deploy, World } from "./world.js";

/** Whatever becomes of a definition, of its inputs and of its results: deploy makes of it what a fresh folder would have. */
const test = suite("edits of all kinds");

const IDS = ["a", "b", "c", "d"];
const PATTERNS = ["{id}.txt", "o/{id}.txt", "{id}/out", "{id}"];

/** One step: what it does, and how it is called where a property fails. */
class Step {
  constructor(
    readonly words: string,
    readonly take: (world: World, definition: Definition) => Definition,
  ) {}

  [fc.toStringMethod](): string {
    return this.words;
  }
}

function step<T>(
  values: fc.Arbitrary<T>,
  words: string,
  take: (value: T, definition: Definition, world: World) => Definition,
): fc.Arbitrary<Step> {
  return values.map(
    (value) => new Step(`${words} ${JSON.stringify(value)}`, (world, definition) => take(value, definition, world)),
  );
}

const id = fc.constantFrom(...IDS);
const small = fc.nat(2);
const which = fc.nat(20);

function change(definition: Definition, jobs: Definition["jobs"]): Definition {
  return { ...definition, jobs };
}

/** Changes one job's param or input. */
function editJob(key: "param" | "input"): fc.Arbitrary<Step> {
  return step(fc.tuple(id, small), key, ([name, value], definition) => {
    const job = definition.jobs.get(name);
    return job ? change(definition, new Map([...definition.jobs, [name, { ...job, [key]: value }]])) : definition;
  });
}

/** Two jobs have each other's params. */
const swap = step(fc.tuple(id, id), "swap", ([one, other], definition) => {
  const [a, b] = [definition.jobs.get(one), definition.jobs.get(other)];
  return a && b ? change(definition, new Map([...definition.jobs, [one, b], [other, a]])) : definition;
});

/** A job leaves the definition, or comes (back). */
const toggle = step(id, "toggle", (name, definition) => {
  const jobs = new Map(definition.jobs);
  if (!jobs.delete(name)) jobs.set(name, { param: 0, input: 0 });
  return change(definition, jobs);
});

/** Something that a person does to the results. */
function deed<T>(values: fc.Arbitrary<T>, words: string, act: (world: World, value: T) => void): fc.Arbitrary<Step> {
  return step(values, words, (value, definition, world) => {
    act(world, value);
    return definition;
  });
}

function deploys(how: fc.Arbitrary<Deploy>): fc.Arbitrary<Step> {
  return step(how, "deploy", (deploy, definition, world) => {
    world.deployAfterAll(definition, deploy);
    checkPartly(world, definition);
    return definition;
  });
}

const STEP: fc.Arbitrary<Step> = fc.oneof(
  step(small, "command", (command, definition) => ({ ...definition, command })),
  step(fc.constantFrom(...PATTERNS), "pattern", (pattern, definition) => ({ ...definition, pattern })),
  step(fc.boolean(), "folder", (folder, definition) => ({ ...definition, folder })),
  editJob("param"),
  editJob("input"),
  swap,
  toggle,
  deed(fc.tuple(which, fc.boolean(), fc.boolean()), "edit", (world, [n, size, time]) => world.edit(n, size, time)),
  deed(which, "remove", (world, n) => world.removeOutput(n)),
  deed(which, "save a copy", (world, n) => world.saveCopy(n)),
  deed(which, "restore a copy", (world, n) => world.restoreCopy(n)),
  deed(fc.constantFrom("mine", "o/mine", "a.txt", "b/out", "c"), "put", (world, path) => world.putOwn(path)),
  deed(fc.constant("stale"), "clean", (world) => world.cleanStale()),
  { weight: 4, arbitrary: deploys(fc.constant({})) },
  deploys(fc.record({ limit: fc.integer({ min: 1, max: 3 }) })),
  deploys(fc.record({ killedAfter: fc.nat(2) })),
  deploys(fc.record({ redo: fc.tuple(id) })),
);

/** However far a deploy came: nothing in the results could be taken for something else than it is. */
function checkPartly(world: World, definition: Definition): void {
  world.checkOwn();
  const fresh = World.fresh(definition);
  const stale = world.stale();
  for (const [path, text] of world.files()) {
    if (world.own.has(path)) continue;
    if (stale.some((known) => path === known || path.startsWith(`${known}/`))) {
      assert.ok(!fresh.has(path), `${path} is no stale output`);
    } else assert.equal(text, fresh.get(path), path);
  }
}

function checkWhole(world: World, definition: Definition): void {
  world.deployAfterAll(definition);
  checkPartly(world, definition);
  const files = world.files();
  for (const [path, text] of World.fresh(definition)) assert.equal(files.get(path), text, path);
  const { ran } = world;
  world.deploy(definition);
  assert.equal(world.ran - ran, World.failing(definition), "jobs that were done ran again");
  world.cleanStale();
  assert.deepEqual(world.stale(), []);
  for (const path of world.files().keys()) {
    assert.ok(World.fresh(definition).has(path) || world.own.has(path), `${path} was left behind`);
  }
}

test("what lies in results is what a deploy into an empty folder makes", () => {
  fc.assert(
    fc.property(fc.array(STEP, { minLength: 1, maxLength: 40 }), (steps) => {
      const world = new World();
      try {
        let definition: Definition = {
          command: 0,
          pattern: "{id}.txt",
          folder: false,
          jobs: new Map(IDS.map((name) => [name, { param: 0, input: 0 }])),
        };
        for (const { take } of steps) definition = take(world, definition);
        checkWhole(world, definition);
      } finally {
        world.remove();
      }
    }),
    { numRuns: 300, includeErrorInReport: true },
  );
});

test.run();
