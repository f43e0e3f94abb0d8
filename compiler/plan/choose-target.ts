import type { AnyDefinition } from "../dsl/swarm.js";

/** The targets that a definition has, when the one to use cannot be told. */
export class TargetUnclear extends Error {
  override readonly name = "TargetUnclear";
}

/** The target that was named, else the only one, else `local`. @throws TargetUnclear with the names to choose from */
export function chooseTarget(definition: AnyDefinition, wanted: string | undefined): string {
  const names = Object.keys(definition.targets ?? {});
  const listed = names.join(", ");
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted;
    throw new TargetUnclear(`there is no target "${wanted}"; this swarm's targets are ${listed || "(none)"}`);
  }
  if (names.length === 1) return names[0] as string;
  if (names.includes("local")) return "local";
  throw new TargetUnclear(
    names.length === 0
      ? "the swarm has no targets; give it one: targets: { local: local() }"
      : `the swarm has several targets; choose one with --target: ${listed}`,
  );
}
