import { parseDuration, parseMemory } from "../dsl/units.js";
import type { DefinitionPath, ReportMistake } from "../problem/problem.js";

/** Reads numbers, time spans and amounts of memory of a definition; what is wrong with one is reported. */
export class OptionReader {
  constructor(readonly mistake: ReportMistake) {}

  /** @param least the smallest number that is good; `otherwise` stands for one that is not given, or is wrong */
  wholeNumber(path: DefinitionPath, value: number | undefined, least: number, otherwise: number, most?: number) {
    const isGood = Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= (most ?? Infinity);
    if (value === undefined || isGood) return value ?? otherwise;
    const range = most === undefined ? `from ${least}` : `from ${least} to ${most}`;
    this.mistake(path, `${path.at(-1)} is ${value}`, `write a whole number ${range}`);
    return otherwise;
  }

  seconds(path: DefinitionPath, text: string | undefined, otherwise: number): number {
    if (text === undefined) return otherwise;
    const seconds = parseDuration(text);
    if (seconds === undefined || seconds <= 0) {
      this.mistake(path, `"${text}" is no time span`, 'write "90s", "10m", "2h", "1d", "HH:MM:SS" or "D-HH:MM:SS"');
    }
    return seconds ?? otherwise;
  }

  /** 0 for one that is not given, or is wrong. */
  mebibytes(path: DefinitionPath, text: string | undefined): number {
    const mebibytes = text === undefined ? 0 : parseMemory(text);
    if (mebibytes === undefined) this.mistake(path, `"${text}" is no amount of memory`, 'write "500 MB" or "2 GB"');
    return mebibytes ?? 0;
  }
}
