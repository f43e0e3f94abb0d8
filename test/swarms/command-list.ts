import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Commands as people write them: with quotes, pipes, globs, redirections, loops and failures in the middle. */
const COMMANDS: readonly ((i: number) => string)[] = [
  (i) => `echo "it's \\"job\\" ${i}" > out/${i}.txt`,
  (i) => `grep -c 'alpha' "in/file ${i % 2}.txt" > out/${i}.txt`,
  (i) => `cat in/*.txt | wc -l | tr -d ' ' > 'out/${i}.txt' 2>/dev/null`,
  (i) => `for f in in/*[02].txt; do echo "\${f##*/}"; done | sort -r > out/${i}.txt   # a comment`,
  (i) => `printf '%s\\t%s\\\\n\\n' a\tb ${i} | cut -f2- > out/${i}.txt; pwd >> out/${i}.txt`,
  (i) => `x=$((6*${i})); false; [[ $x -ge 0 ]] && echo $x > out/${i}.txt || echo no`,
  (i) => `(sleep 0.01; echo late > out/${i}.txt) &`,
  (i) => `yes ${i} | head -n 2 > out/${i}.txt; { echo one; echo two >&2; } 2>> out/${i}.txt | cat > /dev/null`,
  (i) => `f() { local y=$1; echo "$y" '$HOME' | cut -c1-3; return 1; }; f ${i} > out/${i}.txt; :`,
  (i) => `pushd out > /dev/null && echo here > ${i}.txt; popd > /dev/null`,
];

/** Lines of commands, of which line `i`, from 0, writes `out/<i>.txt`. */
export function commandList(lines: number): string[] {
  return Array.from({ length: lines }, (_, i) => (COMMANDS[i % COMMANDS.length] as (i: number) => string)(i));
}

/** Makes what the lines read, and the folder that they write to. */
export function makeListFolder(folder: string): void {
  for (const name of ["in", "out"]) mkdirSync(join(folder, name), { recursive: true });
  const texts = ["alpha\nbeta\n", "alpha\nalpha", "'\n"];
  for (const [i, text] of texts.entries()) writeFileSync(join(folder, "in", `file ${i}.txt`), text);
}
