import { basename, join } from "node:path";
import { BUNDLE_FILES, type BundleDescription } from "../../compiler/format/bundle.js";
import { textOf } from "../../compiler/format/file-access.js";
import { LOCUSTS_VERSION } from "../../compiler/format/version.js";
import type { SwarmFacts } from "./report-data.js";

const BYTES_IN_MEBIBYTE = 2 ** 20;

/** The lines of a function of manager.sh, without the blanks that all of them begin with. */
function bodyOf(lines: readonly string[], name: string): string[] {
  const start = lines.indexOf(`${name}() {`) + 1;
  const end = lines.indexOf("}", start);
  if (start === 0 || end < start) return [];
  const body = lines.slice(start, end);
  while (body[0]?.trim() === "") body.shift();
  while (body.at(-1)?.trim() === "") body.pop();
  const indents = body.filter((line) => line.trim() !== "").map((line) => /^ */.exec(line)?.[0].length ?? 0);
  const indent = Math.min(...indents, 80);
  return body.map((line) => line.slice(indent));
}

/** What stands in the head of manager.sh under the swarm's name. */
function descriptionIn(lines: readonly string[]): string {
  const start = lines.findIndex((line) => line.startsWith("# The manager of the swarm ")) + 1;
  if (start === 0) return "";
  const end = lines.indexOf("#", start);
  return lines
    .slice(start, end)
    .map((line) => line.replace(/^# ?/, ""))
    .join(" ");
}

function placeOf({ kind, access, pilots }: BundleDescription): string {
  const where = access?.host == null ? "this machine" : access.host;
  if (kind !== "slurm") return where;
  const nodes = pilots ? `, up to ${pilots.nodes} ${pilots.nodes === 1 ? "pilot" : "pilots"}` : "";
  return `SLURM on ${where}${nodes}`;
}

/** What a bundle says of its swarm. @param bundle its folder */
export function readSwarmFacts(bundle: string, description: BundleDescription): SwarmFacts {
  const lines = (textOf(join(bundle, BUNDLE_FILES.manager)) ?? "").split(/\r?\n/);
  const limit = /^locusts_time_limit=(\d+)/m.exec(lines.join("\n"))?.[1];
  const { needs, machinery } = description;
  const set = "locusts_set_for_jobs ";
  return {
    name: description.swarm,
    description: descriptionIn(lines),
    source: basename(description.source),
    target: description.target,
    place: placeOf(description),
    command: bodyOf(lines, "locusts_command").join("\n").replaceAll("$locusts_exec ", ""),
    environment: bodyOf(lines, "locusts_define_environment")
      .filter((line) => line.startsWith(set))
      .map((line) => line.slice(set.length)),
    params: description.params,
    locusts: LOCUSTS_VERSION,
    machinery: machinery?.version ?? "part of manager.sh",
    digest: description.digest,
    asked: {
      isMost: needs?.byJob !== undefined,
      cpus: needs?.cpus,
      memory: needs && needs.memoryMebibytes > 0 ? needs.memoryMebibytes * BYTES_IN_MEBIBYTE : undefined,
      seconds: limit === undefined || limit === "0" ? undefined : Number(limit),
    },
  };
}
