import { existsSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { makeFolders } from "../../../compiler/format/make-folders.js";
import { RuntimeProblem } from "../../system/problem.js";
import { DEFINITION_NAME } from "../../workspace/workspace.js";
import { EXIT } from "../output/exit-codes.js";
import type { Verb } from "./verb.js";

const DEFINITION = `import { defineSwarm, files, local, sh } from "locusts";

export default defineSwarm({
  name: "count-words",
  // One job for each file that matches; {id} is what sets a job apart.
  jobs: files("inputs/{id}.txt"),
  inputs: {
    text: "inputs/{id}.txt",
  },
  // Where the command writes; the same path below results/ is where you find it.
  outputs: {
    count: "counts/{id}.txt",
  },
  command: ({ inputs, outputs }) => sh\`
    wc -w < \${inputs.text} > \${outputs.count}
  \`,
  targets: {
    local: local(),
  },
});
`;

const FILES: Readonly<Record<string, string>> = {
  [DEFINITION_NAME]: DEFINITION,
  "inputs/hopper.txt": "the desert locust changes its colour when it is crowded\n",
  "inputs/swarm.txt": "a swarm may hold forty million locusts to the square kilometre\n",
  // A rule for all folders called lib, as there is for Python, is not meant for the machinery.
  ".gitignore": ".locusts/\nresults/\n!bundle/lib/\n",
  // Bash does not bear other line ends; a review is about the bundle, not about what is the same for every swarm.
  ".gitattributes": "bundle/** -text\nbundle/lib/** linguist-generated\n",
};

export const init: Verb<object> = async (context) => {
  const folder = resolve(context.place);
  const wanted = Object.entries(FILES);
  const definition = join(folder, DEFINITION_NAME);
  if (existsSync(definition)) {
    throw new RuntimeProblem(`${definition} exists already`, "name another folder: locusts init <folder>");
  }
  const written: string[] = [];
  for (const [name, text] of wanted) {
    const path = join(folder, name);
    if (existsSync(path)) continue; // what is there stays
    makeFolders(join(path, ".."));
    writeFileSync(path, text, { flag: "wx" });
    written.push(name);
  }
  const place = relative(process.cwd(), folder) || ".";
  if (context.json) context.terminal.printDocument({ folder, written });
  else {
    context.terminal.report.say(`written in ${place}: ${written.join(", ")}`);
    context.terminal.report.say(`  next: locusts deploy${place === "." ? "" : ` ${place}`}`);
  }
  return EXIT.fine;
};
