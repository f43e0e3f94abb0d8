import type { ReportMistake } from "../problem/problem.js";

/** What lies beside the targets' folders in `.locusts/` or `bundle/`; whatever the disk makes of capitals. */
const TAKEN =
  /^(lock|definition|checkout|kept|stale|damaged|keys|putting|tables|results|trees|outputs|lib)$|^(lock|checkout)\.|\.(tsv|new)$/i;
/** Of a name, in bytes. */
const LONGEST = 100;

export function checkTargetNames(targets: object, mistake: ReportMistake): void {
  for (const name of Object.keys(targets)) {
    const shown = JSON.stringify(name);
    if (!/^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]*$/u.test(name) || Buffer.byteLength(name) > LONGEST) {
      const hint = `use letters, digits, ., _ and -, with a letter or digit first, at most ${LONGEST} bytes`;
      mistake(["targets", name], `${shown} cannot name a target`, hint);
    } else if (TAKEN.test(name)) {
      const hint = `give the target another name, as "${name.replace(/\W.*$/, "")}-target"`;
      mistake(
        ["targets", name],
        `${shown} cannot name a target: Locusts has something of that name in .locusts/ or bundle/`,
        hint,
      );
    }
  }
}
