import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { suite } from "../runner/suite.js";
import { Deployment } from "./deployment.js";

/** Modules that the environment names are loaded as by hand. */
const test = suite("environment modules");

const MODULES = `
  jobs: list("id", ["a", "b"]),
  outputs: { text: "{id}.txt" },
  environment: { modules: ["tool/1.2"] },
  command: ({ outputs }) => sh\`echo $TOOL_HOME > \${outputs.text}\`,
`;

/** A stand-in for the start file of a module system: its \`module load\` knows one module. */
const MODULE_INIT = `module() {
  [[ "$*" == "load tool/1.2" ]] || { echo "no module $*" >&2; return 1; }
  export TOOL_HOME=/opt/tool
  echo loaded >> "$LOADED"
}
`;

test("modules are loaded once, when the manager starts (with a stand-in for the module system)", async () => {
  const deployment = new Deployment(MODULES, { "modules/init/bash": MODULE_INIT });
  await deployment.succeed([], { MODULESHOME: deployment.path("modules"), LOADED: deployment.path("loaded") });
  assert.equal(deployment.result("a.txt"), "/opt/tool\n");
  assert.equal(deployment.result("b.txt"), "/opt/tool\n");
  assert.equal(deployment.read("loaded"), "loaded\n");
});

test("a module that is not there stops the manager, which says so", async () => {
  const deployment = new Deployment(MODULES.replace("tool/1.2", "tool/9"), { "modules/init/bash": MODULE_INIT });
  const { exitCode, report, stderr } = await deployment.deploy([], { MODULESHOME: deployment.path("modules") });
  assert.equal(exitCode, 1);
  assert.equal(report.end.reason, "error");
  assert.match(stderr, /module load tool\/9 failed/);
  assert.equal(report.jobs.pending, 2);
});

const moduleSystem = ["/usr/share/modules/init/bash", "/usr/share/lmod/lmod/init/bash"].find((path) =>
  existsSync(path),
);

test.skipUnless(
  moduleSystem !== undefined,
  "no module system is installed",
  "a real module system loads a module",
  async () => {
    const deployment = new Deployment(MODULES, {
      "modulefiles/tool/1.2": "#%Module1.0\nsetenv TOOL_HOME /opt/tool\n",
    });
    await deployment.succeed([], { MODULEPATH: deployment.path("modulefiles") });
    assert.equal(deployment.result("a.txt"), "/opt/tool\n");
  },
);

test.run();
