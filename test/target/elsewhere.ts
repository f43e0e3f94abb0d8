import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Cluster } from "../cluster/cluster.js";
import { Deployment } from "../deploy/deployment.js";

/** What is around a deployment to another machine. */
export interface Place {
  /** for the command line */
  readonly environment: NodeJS.ProcessEnv;
  /** a folder on the target, of which the test's own is made */
  readonly home: string;
}

/** A definition with one target that is not this machine's own folder. */
export class Elsewhere extends Deployment {
  readonly #environment: NodeJS.ProcessEnv;
  /** the target's `directory` */
  readonly directory: string;

  /**
   * @param fields as for a `Deployment`
   * @param target bash-free text of the target; DIRECTORY in it is replaced by a JSON string of a directory of its own
   */
  constructor(
    place: Place,
    fields: string,
    readonly target: string,
    files: Readonly<Record<string, string | Buffer>> = {},
    folder = realpathSync(mkdtempSync(join(tmpdir(), "locusts-elsewhere-"))),
  ) {
    super(fields, files, folder);
    this.#environment = place.environment;
    // Where SLURM is told of files, `%j` in a path would stand for something.
    this.directory = join(place.home, `${basename(folder)}.100%j`);
    this.define(fields);
  }

  override define(fields: string): void {
    super.define(fields);
    if (this.directory === undefined) return; // the base class is at work
    const text = this.read("swarm.config.ts").replace(
      /targets: .*/,
      () => `targets: { there: ${this.target.replaceAll("DIRECTORY", JSON.stringify(this.directory))} },`,
    );
    this.write("swarm.config.ts", text);
  }

  override surroundings(): NodeJS.ProcessEnv {
    return this.#environment;
  }

  override places(): string[] {
    return [this.folder, this.directory];
  }

  /** The swarm's folder on the target. */
  get there(): string {
    const users = readdirSync(this.directory);
    assert.equal(users.length, 1);
    return join(this.directory, users[0] as string, "test");
  }

  override run(number = 1): string {
    return join(this.there, "runs", String(number));
  }

  /** Runs a verb that prints one document. */
  async json<T = Record<string, unknown>>(
    ...words: string[]
  ): Promise<{ exitCode: number | null; document: T; stderr: string }> {
    const { exitCode, stdout, stderr } = await this.verb([...words, "--json"]);
    assert.notEqual(stdout, "", stderr);
    return { exitCode, document: JSON.parse(stdout) as T, stderr };
  }

  /** How many jobs each manager has brought to a good end, by its name. */
  shares(run = 1): Map<string, number> {
    const folder = join(this.run(run), "journal");
    const shares = new Map<string, number>();
    for (const file of readdirSync(folder)) {
      const done = readFileSync(join(folder, file), "utf8").match(/^done\t/gm)?.length ?? 0;
      const name = file.replace(/\.\d+\.tsv$/, "");
      shares.set(name, (shares.get(name) ?? 0) + done);
    }
    return shares;
  }
}

/** Deployments over ssh to the cluster's login node. */
export function overSsh(cluster: Cluster): Place {
  return { environment: cluster.environment, home: join(cluster.home, "work") };
}
