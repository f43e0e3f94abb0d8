import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { loadTemplates } from "../../compiler/format/compiled-templates.js";
import { paramColumns } from "../results/result-tables.js";
import { BUILT, FRAME, PARTS, type Part, type TemplateName } from "./page-files.js";
import { viewPage } from "./page-view.js";
import type { ReportData } from "./report-data.js";

let loaded: Readonly<Record<TemplateName, HandlebarsTemplateDelegate>> | undefined;

function render(template: TemplateName, view: object): string {
  loaded ??= loadTemplates(BUILT.templates, {});
  return loaded[template](view);
}

function renderParts(view: object): Record<Part, string> {
  return Object.fromEntries(PARTS.map((part) => [part, render(part, view)])) as Record<Part, string>;
}

/** What the page's script draws: base64, which no text of a job can get out of. */
function packData({ timeline, jobs, swarm, written }: ReportData): string {
  const json = JSON.stringify({ timeline, jobs, params: paramColumns(swarm.params), written });
  return gzipSync(json, { level: 6 }).toString("base64");
}

/**
 * The page, in one file.
 *
 * @param state names what it was made from
 * @param liveFile the script beside it that has the news, while it is live
 */
export function renderPage(data: ReportData, state: string, liveFile: string): string {
  const view = viewPage(data);
  return render(FRAME, {
    view,
    sections: renderParts(view),
    state,
    liveFile,
    style: readFileSync(BUILT.style, "utf8"),
    script: readFileSync(BUILT.script, "utf8"),
    data: packData(data),
  });
}

/** JSON that may stand in a script: it neither ends one, nor holds line ends that are none in JSON. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** The news of a live page, as a script. */
export function renderNews(data: ReportData): string {
  const { jobs: _, swarm: __, ...sections } = renderParts(viewPage(data)); // the page has these by itself
  return `locustsReport(${scriptJson({ written: data.written, sections, data: packData(data) })});\n`;
}
