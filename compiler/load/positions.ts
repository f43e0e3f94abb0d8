import { SourceMap, type SourceMapPayload } from "node:module";
import type { Place } from "../problem/problem.js";

export class Positions {
  readonly #map: SourceMap;

  /** @param script the name under which the bundled script is evaluated, which its stack frames bear */
  constructor(
    readonly script: string,
    map: string,
  ) {
    this.#map = new SourceMap(JSON.parse(map) as SourceMapPayload);
  }

  /** The place of the innermost call in the stack that the definition's own files make. */
  placeIn(stack: string): Place | undefined {
    for (const frame of stack.split("\n")) {
      const place = this.#placeOfFrame(frame);
      if (place && !place.file.includes("node_modules/")) return place;
    }
    return undefined;
  }

  #placeOfFrame(frame: string): Place | undefined {
    const start = frame.indexOf(`${this.script}:`);
    if (start < 0) return undefined;
    const position = /^:(\d+):(\d+)/.exec(frame.slice(start + this.script.length));
    if (!position) return undefined;
    const entry = this.#map.findEntry(Number(position[1]) - 1, Number(position[2]) - 1);
    if (!("originalSource" in entry)) return undefined;
    return { file: entry.originalSource, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  }
}
