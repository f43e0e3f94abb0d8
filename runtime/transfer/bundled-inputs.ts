import { isAbsolute, join } from "node:path";
import { type BundleDescription, type BundledJob, readUploads, type Upload } from "../../compiler/format/bundle.js";
import { cleanSource, isLinked } from "../../compiler/format/delivery.js";
import { fillPattern, parsePattern } from "../../compiler/format/pattern.js";

/** How an input of a job is put into its folder; `shared` is a path in the target's shared folder. */
export type InputPlacement =
  | { readonly how: "pack"; readonly path: string; readonly upload: Upload }
  | { readonly how: "link" | "copy"; readonly path: string; readonly upload: Upload; readonly shared: string }
  | { readonly how: "in-place"; readonly path: string; readonly original: string };

/** Tells of each job's inputs how they travel, from what the bundle says; jobs are asked for in its order. */
export class BundledInputs {
  /** what lies on the target once, by source */
  readonly shared = new Map<string, Upload>();
  readonly #packed: Generator<Upload>;
  readonly #parts: readonly ReturnType<typeof parsePattern>[];

  constructor(
    readonly bundleFolder: string,
    readonly description: BundleDescription,
    readonly definitionFolder: string,
    /** what the target calls a path of this machine, where both see the same */
    readonly asSeenThere: (path: string) => string | undefined,
  ) {
    for (const upload of readUploads(bundleFolder)) {
      if (upload.destination.startsWith("shared/")) this.shared.set(upload.source, upload);
    }
    this.#packed = readUploads(bundleFolder);
    this.#parts = description.inputs.map((input) => parsePattern(input.pattern));
  }

  #nextPacked(source: string): Upload {
    for (let next = this.#packed.next(); !next.done; next = this.#packed.next()) {
      if (next.value.source === source && next.value.destination.startsWith("jobs/")) return next.value;
    }
    throw new Error(`uploads.tsv of ${this.bundleFolder} has no line for ${source}: build the bundle anew`);
  }

  of(job: BundledJob): InputPlacement[] {
    const params = Object.fromEntries(this.description.params.map((name, i) => [name, job.params[i] as string]));
    const found = job.sources?.values();
    return this.description.inputs.map((input, i) => {
      const path = job.inputs[i] as string;
      const source = input.found
        ? (found?.next().value as string)
        : cleanSource(fillPattern(this.#parts[i] as ReturnType<typeof parsePattern>, params));
      if (input.delivery === "in-place") {
        const original = isAbsolute(source) ? source : join(this.definitionFolder, source);
        return { how: "in-place", path, original: this.asSeenThere(original) ?? original };
      }
      const shared = this.shared.get(source);
      if (!shared) return { how: "pack", path, upload: this.#nextPacked(source) };
      const how = isLinked(input, shared.bytes) ? "link" : "copy";
      return { how, path, upload: shared, shared: shared.destination.slice("shared/".length) };
    });
  }
}
