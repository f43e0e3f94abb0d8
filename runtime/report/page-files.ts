import { readFileSync } from "node:fs";

/** What the page is made of, beside this file: a frame, and its parts, which a live page gets anew. */
export const PARTS = ["head", "progress", "timeline", "failures", "distributions", "places", "jobs", "swarm"] as const;

export type Part = (typeof PARTS)[number];

export const FRAME = "report.html";

export const TEMPLATE_NAMES = [FRAME, ...PARTS] as const;

export type TemplateName = (typeof TEMPLATE_NAMES)[number];

/** How its templates are compiled: a slip in one of them is an error, and every value is escaped unless it says otherwise. */
export const COMPILE_OPTIONS: CompileOptions = { strict: false, knownHelpersOnly: true };

/** What the build of Locusts makes of the files in `page/`. */
export const BUILT = {
  script: new URL("./page/built/page.js", import.meta.url),
  style: new URL("./page/built/page.css", import.meta.url),
  templates: new URL("./page/built/templates.cjs", import.meta.url),
};

export function readTemplate(name: TemplateName): string {
  return readFileSync(new URL(`./page/${name}.hbs`, import.meta.url), "utf8");
}
