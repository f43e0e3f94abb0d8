import type { Environment } from "./environment.js";

export interface LocalOptions {
  /** jobs at a time; unless given, as many as the machine's cores and memory allow */
  readonly slots?: number;
  /** replaces parts of the swarm's environment on this target */
  readonly environment?: Environment;
}

/** This machine, without a scheduler. */
export interface LocalTarget extends LocalOptions {
  readonly kind: "local";
}

export type Target = LocalTarget;

/** Runs the swarm on this machine. */
export function local(options: LocalOptions = {}): LocalTarget {
  return { kind: "local", ...options };
}
