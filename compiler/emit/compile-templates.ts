// Part of the build of Locusts: compiles the templates of the generated scripts. Not part of the published package.
import { writeFileSync } from "node:fs";
import Handlebars from "handlebars";
import { COMPILE_OPTIONS, COMPILED_TEMPLATES, MANAGER_TEMPLATES, readTemplate, SCRIPT_TEMPLATES } from "./templates.js";

const entries = [...MANAGER_TEMPLATES, ...SCRIPT_TEMPLATES].map(
  (name) => `  ${name}: ${String(Handlebars.precompile(readTemplate(name), COMPILE_OPTIONS))},\n`,
);
writeFileSync(COMPILED_TEMPLATES, `module.exports = {\n${entries.join("")}};\n`);
