// Part of the build of Locusts: compiles the templates of the generated scripts.
import { writeFileSync } from "node:fs";
import Handlebars from "handlebars";
import { COMPILE_OPTIONS, COMPILED_TEMPLATES, readTemplate, TEMPLATES, type TemplateName } from "./templates.js";

const entries = (Object.keys(TEMPLATES) as TemplateName[]).map(
  (name) => `  ${name}: ${String(Handlebars.precompile(readTemplate(name), COMPILE_OPTIONS))},\n`,
);
writeFileSync(COMPILED_TEMPLATES, `module.exports = {\n${entries.join("")}};\n`);
