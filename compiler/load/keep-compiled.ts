// Part of the build of Locusts: checks a small definition, and keeps the TypeScript compiler as V8 has
// compiled it for that. Not part of the published package, whose Node is the user's.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepCompiledTypeScript } from "./check/typescript-compiled.js";
import { loadDefinition } from "./index.js";

const DEFINITION = `import { defineSwarm, local, range, sh } from "locusts";
export default defineSwarm({
  name: "sample",
  jobs: range("i", 1, 3),
  outputs: { text: "{i}.txt" },
  command: ({ outputs, params }) => sh\`echo \${params.i} > \${outputs.text}\`,
  targets: { local: local() },
});
`;

const folder = mkdtempSync(join(tmpdir(), "locusts-"));
try {
  const file = join(folder, "swarm.config.ts");
  writeFileSync(file, DEFINITION);
  await loadDefinition(file);
  keepCompiledTypeScript();
} finally {
  rmSync(folder, { recursive: true });
}
