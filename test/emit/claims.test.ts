import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MACHINERY_SOURCE } from "../../compiler/emit/machinery.js";
import { suite } from "../runner/suite.js";

/** How managers find a chunk that nobody has. */
const test = suite("claims");

test("finding a chunk that is free costs a few looks, however many managers there are", () => {
  const template = readFileSync(join(MACHINERY_SOURCE, "run.sh"), "utf8");
  const [claimNext] = /^locusts_claim_next\(\) \{\n[\s\S]*?^\}\n/m.exec(template) ?? [];
  // 64 managers, in turns of no order, each with what it last saw; what bash traces is what is asked.
  const script = `${claimNext}
    locusts_create_claim() { [[ ! -e claims/$1 ]] && : > claims/$1; }
    cd "$(mktemp -d)" && mkdir claims
    locusts_chunks=300 RANDOM=1
    for ((turn = 1; turn <= 64 * 40; turn++)); do
      manager=$((RANDOM % 64))
      locusts_frontier=\${seen[manager]-0} locusts_stride=\${stride[manager]-1}
      set -x; locusts_claim_next; { code=$?; set +x; } 2> /dev/null
      seen[manager]=$locusts_frontier stride[manager]=$locusts_stride
      ((code)) || claimed=$((claimed + 1))
    done
    rm -r "$PWD"
    echo "$claimed"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8", maxBuffer: 64e6 });
  assert.equal(stdout.trim(), "300");
  const looks = stderr.split("\n").filter((line) => line.includes("-e claims/")).length;
  assert.ok(looks < 300 * 10 + 64 * 20, `${looks} looks`);
});

test.run();
