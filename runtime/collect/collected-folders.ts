import type { BundleDescription } from "../../compiler/format/bundle.js";
import type { Results } from "../results/results.js";
import type { Run } from "../run/run-folder.js";
import type { TargetFiles } from "../transfer/target-files.js";

interface CollectedFrom {
  readonly run: Run;
  readonly files: TargetFiles;
  readonly description: BundleDescription;
  readonly results: Results;
}

/** Folders stay for so long after their jobs were collected, in milliseconds, and up to twice as long: somebody may look on. */
const SHORTEST_STAY = 10_000;

/**
 * The working folders of jobs whose results were collected. On this machine they are removed while other jobs run: a
 * million jobs would else have all of theirs on the disk at once. On other targets they stay until the run is over, since
 * another checkout may have to take it over.
 */
export class CollectedFolders {
  /** those of jobs that were collected since the last removal, and since the one before */
  #fresh: string[] = [];
  #ripe: string[] = [];
  #removing: Promise<void> | undefined;
  #hasRemoved = false;
  #due = Date.now() + SHORTEST_STAY;

  constructor(readonly from: CollectedFrom) {}

  /** @param place below the run's `work/` */
  add(place: string): void {
    const { files, description } = this.from;
    // Of trees, what jobs have changed is collected in the end.
    if (files.removeJobs && !description.tree) this.#fresh.push(place);
  }

  /** Begins to remove what there is, if it is time; it goes on beside all else. */
  removeSome(): void {
    const { results } = this.from;
    if (this.#hasRemoved) results.takeFinalStamps();
    this.#hasRemoved = false;
    if (this.#removing || Date.now() < this.#due) return;
    this.#due = Date.now() + SHORTEST_STAY;
    const places = this.#ripe;
    this.#ripe = this.#fresh;
    this.#fresh = [];
    if (places.length === 0) return;
    // Until now the journals and these folders had it all; from here on what is written down here.
    results.sync();
    this.#removing = this.#remove(places);
  }

  async #remove(places: readonly string[]): Promise<void> {
    const { files, run } = this.from;
    try {
      await files.removeJobs?.(run, places);
    } catch {
      // They are removed with the rest in the end.
    }
    this.#removing = undefined;
    this.#hasRemoved = true;
  }

  /** Waits for what was begun. */
  async settle(): Promise<void> {
    await this.#removing;
  }
}
