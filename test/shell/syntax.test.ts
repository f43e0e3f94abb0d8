import assert from "node:assert/strict";
import { checkSyntax } from "../../compiler/shell/syntax.js";
import { suite } from "../runner/suite.js";

const test = suite("shell/syntax");

test("what is nested too deeply for the parser is told as that, and not in words of its own machine", async () => {
  for (const [open, close] of [["(", ")"] as const, ["$(", ")"] as const, ["{ ", "; }"] as const]) {
    const found = await checkSyntax(`${open.repeat(20_000)}true${close.repeat(20_000)}`);
    assert.equal("message" in found && found.message, "too much is nested in one another here to be read");
  }
});

test.run();
