import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv, type AnySchemaObject } from "ajv";
import { createGenerator } from "ts-json-schema-generator";
import { Deployment } from "../deploy/deployment.js";
import { suite } from "../runner/suite.js";

/** What `--json` prints: its JSON Schemas are those of the types, and each document is as they say. */
const test = suite("schemas of --json", undefined, { seconds: 240 });

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const FOLDER = join(ROOT, "runtime/cli/schemas");

/** Of each verb: its documents, and what it prints where something is wrong. */
function makeSchemas(): ReadonlyMap<string, AnySchemaObject> {
  const { definitions = {} } = createGenerator({
    path: join(ROOT, "runtime/cli/output/documents.ts"),
    tsconfig: join(ROOT, "tsconfig.json"),
    type: "Documents",
    topRef: true,
    skipTypeCheck: true,
  }).createSchema("Documents") as { definitions?: Record<string, AnySchemaObject> };
  const { properties } = definitions.Documents as { properties: Record<string, AnySchemaObject> };
  const schemas = new Map<string, AnySchemaObject>();
  for (const [verb, schema] of Object.entries(properties)) {
    if (verb === "error") continue;
    const { description: _, ...own } = schema;
    const anyOf = [...((own.anyOf as AnySchemaObject[] | undefined) ?? [own]), properties.error as AnySchemaObject];
    const used = new Map<string, AnySchemaObject>();
    const collect = (text: string) => {
      for (const [, name = ""] of text.matchAll(/"#\/definitions\/([^"]+)"/g)) {
        if (used.has(name)) continue;
        used.set(name, definitions[decodeURIComponent(name)] as AnySchemaObject);
        collect(JSON.stringify(used.get(name)));
      }
    };
    collect(JSON.stringify(anyOf));
    const sorted = [...used].sort(([a], [b]) => (a < b ? -1 : 1));
    schemas.set(verb, {
      $schema: "http://json-schema.org/draft-07/schema#",
      title: `locusts ${verb} --json`,
      anyOf,
      definitions: Object.fromEntries(sorted.map(([name, definition]) => [decodeURIComponent(name), definition])),
    });
  }
  return schemas;
}

test("the schemas in the package are those of the types; LOCUSTS_UPDATE_GOLDEN=1 writes them anew", () => {
  for (const [verb, schema] of makeSchemas()) {
    const path = join(FOLDER, `${verb}.json`);
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    if (process.env.LOCUSTS_UPDATE_GOLDEN) {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(path, text);
    }
    assert.equal(readFileSync(path, "utf8"), text, `${verb}.json`);
  }
});

const ajv = new Ajv({ allowUnionTypes: true });

async function expectValid(deployment: Deployment, verb: string, ...words: string[]): Promise<void> {
  await expectDocument(deployment, verb, words, false);
}

async function expectDocument(deployment: Deployment, verb: string, words: readonly string[], isError: boolean) {
  const { stdout, stderr } = await deployment.verb([verb, ...words, "--json"]);
  const schema = JSON.parse(readFileSync(join(FOLDER, `${verb}.json`), "utf8")) as AnySchemaObject;
  const document = JSON.parse(stdout) as { errors?: unknown };
  const isValid = ajv.validate(schema, document);
  assert.ok(isValid, `locusts ${verb} ${words.join(" ")}\n${ajv.errorsText()}\n${stdout}\n${stderr}`);
  assert.equal("errors" in document, isError, stdout);
}

test("each verb prints what its schema says", async () => {
  const deployment = new Deployment(
    `
    jobs: list("id", ["good", "bad", "worse"]),
    outputs: { text: "{id}.txt" },
    command: ({ outputs, params }) => sh\`
      if [[ \${params.id} != good ]]; then echo "not \${params.id}" >&2; exit 3; fi
      echo \${params.id} > \${outputs.text}\`,`,
  );
  await expectValid(deployment, "init", "new");
  await expectDocument(deployment, "init", ["new"], true);
  await expectValid(deployment, "check");
  await expectValid(deployment, "diff");
  await expectValid(deployment, "deploy", "--dry-run");
  await expectDocument(deployment, "status", [], true);
  await expectValid(deployment, "deploy");
  await expectValid(deployment, "build", "--check");
  await expectValid(deployment, "build", "--check", "--no-inputs");
  await expectValid(deployment, "doctor");
  await expectValid(deployment, "status");
  await expectValid(deployment, "logs");
  await expectValid(deployment, "logs", "--job", "bad");
  await expectValid(deployment, "repro", "bad");
  await expectValid(deployment, "report");
  await expectValid(deployment, "gather");
  await expectValid(deployment, "gather", "--dry-run");
  await expectValid(deployment, "cancel");
  await expectValid(deployment, "clean", "--stale");
  await expectValid(deployment, "clean");
  await expectValid(deployment, "clean", "--reset");
  deployment.write("tasks.txt", "echo hello\nfalse\n");
  await expectValid(deployment, "run", "tasks.txt");
});

test("also where jobs run in a tree", async () => {
  const deployment = new Deployment(
    `
    jobs: list("id", ["a", "b"]),
    environment: { tree: tree({ root: "tree", select: ["**"] }) },
    command: ({ params }) => sh\`echo \${params.id} > \${params.id}.txt; echo \${params.id} >> both.txt\`,`,
    { "tree/both.txt": "" },
  );
  await expectValid(deployment, "build");
  await expectValid(deployment, "deploy");
  await expectValid(deployment, "gather");
});

test.run();
