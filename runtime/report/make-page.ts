// Part of the build of Locusts: makes one script and one style of what the report's page needs, uPlot included, and compiles
// its templates.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import Handlebars from "handlebars";
import { BUILT, COMPILE_OPTIONS, readTemplate, TEMPLATE_NAMES } from "./page-files.js";

const FOLDER = fileURLToPath(new URL("./page/", import.meta.url));
const LICENSE = readFileSync(new URL(import.meta.resolve("uplot/LICENSE")), "utf8");

mkdirSync(dirname(fileURLToPath(BUILT.script)), { recursive: true });
await build({
  entryPoints: ["main.js", "report.css"].map((name) => ({ in: join(FOLDER, name), out: "page" })),
  outdir: join(FOLDER, "built"),
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022", "chrome100", "firefox100", "safari15"],
  charset: "ascii",
  // A part of the page is uPlot, whose license goes with it.
  banner: { js: `/*! uPlot\n${LICENSE.trim()}\n*/` },
  logLevel: "error",
});
const compiled = TEMPLATE_NAMES.map(
  (name) => `  ${JSON.stringify(name)}: ${String(Handlebars.precompile(readTemplate(name), COMPILE_OPTIONS))},\n`,
);
writeFileSync(BUILT.templates, `module.exports = {\n${compiled.join("")}};\n`);
