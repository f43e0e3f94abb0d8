import { gunzipSync } from "node:zlib";
import type { JobColumn, JobTable, Timeline } from "../../runtime/report/report-data.js";

/** What the page's script draws, as the page holds it. */
export interface PageData {
  readonly timeline?: Timeline;
  readonly jobs: JobTable;
  readonly params: readonly string[];
}

export function unpack(packed: string): PageData {
  return JSON.parse(gunzipSync(Buffer.from(packed, "base64")).toString()) as PageData;
}

export function readPage(html: string): PageData {
  const [, packed = ""] = /<script type="text\/plain" id="data">([^<]*)<\/script>/.exec(html) ?? [];
  return unpack(packed);
}

/** All values of a column of the page's table. */
export function valuesOf({ jobs }: PageData, name: string): unknown[] {
  const column = jobs.columns.find((each) => each.name === name) as JobColumn;
  return "at" in column ? column.at.map((at) => column.words[at]) : [...column.values];
}
