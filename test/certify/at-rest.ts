import { lstatSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Case } from "./case.js";
import { listFolder, placeOf } from "./findings.js";
import { DAMAGES, type Damage, type Point } from "./point.js";

/** What Locusts has of a case: where it is, by its path in the definition's folder, or below `there/`. */
function stateFiles({ place, directory }: Case): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of listFolder(place).keys()) {
    if (/^(\.locusts|bundle)\/|^results\/(jobs|outputs)\.tsv$/.test(path)) found.set(path, join(place, path));
  }
  for (const path of listFolder(directory).keys()) found.set(`there/${path}`, join(directory, path));
  // What jobs have is theirs.
  for (const path of found.keys()) if (/\/work\/main\.\d+\/\d+\/\d+/.test(path)) found.delete(path);
  return found;
}

/** All damages that can be done to a case that was prepared, one for each folded path. */
export function listDamages(tried: Case): Point[] {
  const points = new Map<string, Point>();
  for (const [path, place] of stateFiles(tried)) {
    const damages = lstatSync(place).isFile() ? DAMAGES : (["removed"] as const);
    for (const fault of damages) {
      const point = { scenario: tried.scenario.name, fault, nth: 1, place: `at-rest|file|${placeOf(path)}` };
      points.set(`${point.place} ${fault}`, point);
    }
  }
  return [...points.values()];
}

const NOISE = Buffer.from(Array.from({ length: 512 }, (_, i) => (i * 151 + 89) % 256));

function spoil(text: Buffer, how: Damage): Buffer {
  if (how === "emptied") return Buffer.alloc(0);
  if (how === "halved") return text.subarray(0, text.length / 2);
  if (how === "torn") return text.subarray(0, -3);
  return NOISE;
}

/** Does a damage. @returns false if there is no such file */
export function damage(tried: Case, point: Point): boolean {
  const wanted = point.place.slice("at-rest|file|".length);
  const [, place] = [...stateFiles(tried)].find(([path]) => placeOf(path) === wanted) ?? [];
  if (place === undefined) return false;
  if (point.fault === "removed") rmSync(place, { recursive: true });
  else writeFileSync(place, spoil(readFileSync(place), point.fault as Damage));
  return true;
}
