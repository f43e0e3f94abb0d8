import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite } from "../runner/suite.js";
import { definition, makeFolder } from "./temp-definition.js";

const test = suite("the kept TypeScript compiler");

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

test("a damaged one is not used", () => {
  const copy = mkdtempSync(join(tmpdir(), "locusts-"));
  try {
    cpSync(join(ROOT, "dist", "compiler"), join(copy, "dist", "compiler"), { recursive: true });
    cpSync(join(ROOT, "package.json"), join(copy, "package.json"));
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    const kept = join(copy, "dist/compiler/load/check/typescript.v8");
    const folder = makeFolder({ "swarm.config.ts": definition() });
    const program = `const { loadDefinition } = await import(${JSON.stringify(join(copy, "dist/compiler/load/index.js"))});
      console.log((await loadDefinition(${JSON.stringify(join(folder, "swarm.config.ts"))})).definition.name);`;
    const load = (env: NodeJS.ProcessEnv) =>
      spawnSync(process.execPath, ["--input-type=module", "-e", program], {
        encoding: "utf8",
        env: { ...process.env, ...env },
      });
    rmSync(kept);
    load({ LOCUSTS_KEEP_COMPILED: "1" });
    const whole = readFileSync(kept);
    writeFileSync(kept, Buffer.concat([whole.subarray(0, 1_000_000), Buffer.alloc(whole.length - 1_000_000, 7)]));
    const { stdout, stderr, signal } = load({});
    assert.is(stdout, "example\n", `${signal} ${stderr}`);
  } finally {
    rmSync(copy, { recursive: true });
  }
});

test.run();
