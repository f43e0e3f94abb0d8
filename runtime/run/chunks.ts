/** A chunk is never larger, so that making one ready stays quick. */
const MOST_JOBS = 250;
/** Of few jobs no chunk has all, so that the first of them need not wait for the inputs of the others. */
const FEW_JOBS = 100;
const MOST_BYTES = 32 * 1024 * 1024;

/** Of what is left, all managers together take so small a part at a time that jobs of unequal length even out. */
const SHARE_AT_A_TIME = 4;

/**
 * How many jobs the next chunk takes. Where several managers share a run, chunks shrink towards the
 * end, so that they finish together; within one manager its slots share a chunk job by job.
 *
 * @param remaining jobs that are in no chunk yet
 */
export function chunkSize(remaining: number, managers: number): number {
  const even =
    managers === 1 ? Math.max(FEW_JOBS, Math.ceil(remaining / 2)) : Math.ceil(remaining / (SHARE_AT_A_TIME * managers));
  return Math.max(1, Math.min(MOST_JOBS, remaining, even));
}

/** Does a chunk take so large a part of the time that is left that other managers had better take the next jobs? */
export function isLongChunk(seconds: number, left: number, managers: number): boolean {
  return managers > 1 && seconds > 0 && seconds >= left / (SHARE_AT_A_TIME * managers);
}

/** Is a chunk of so many bytes full, whatever its number of jobs? */
export function isFull(bytes: number): boolean {
  return bytes >= MOST_BYTES;
}
