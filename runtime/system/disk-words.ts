/** The mend for what programs say of a disk; undefined for anything else. */
export function mendFor(words: string): string | undefined {
  if (/No space left on device|Disk quota exceeded/i.test(words)) {
    return "make room there, then run the same command again: it goes on";
  }
  if (/Permission denied|Read-only file system/i.test(words)) return "choose a directory that you may write to";
  return undefined;
}
