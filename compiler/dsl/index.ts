export type { Params, ParamValue } from "../format/pattern.js";
export type { TreeMode } from "../format/tree-mode.js";
export { type Command, node, type Reference, sh } from "./command.js";
export type { Container, Environment, RetryCause } from "./environment.js";
export { copied, type InputSpec, inPlace, input, linked, shared } from "./inputs.js";
export type { JobSource } from "./job-source.js";
export {
  type CommandLine,
  type CommandsOptions,
  commands,
  files,
  type LinesOptions,
  lines,
  linspace,
  list,
  logspace,
  matrix,
  range,
  rows,
  type TableOptions,
  table,
} from "./jobs.js";
export type { InputFacts, JobFacts, Limits, Resources } from "./needs.js";
export type { Notify } from "./notify.js";
export { checked, data, matches, minBytes, nonEmpty, type OutputSpec, optional } from "./outputs.js";
export { type ProgramArguments, program } from "./program.js";
export { defineSwarm, type Swarm, type SwarmDefinition } from "./swarm.js";
export {
  type LocalOptions,
  type LocalTarget,
  local,
  type SharedDirectory,
  type SlurmOptions,
  type SlurmTarget,
  type SshOptions,
  type SshTarget,
  slurm,
  ssh,
  type Target,
} from "./targets.js";
export { type Tree, type TreeOptions, tree } from "./tree.js";
export { type Duration, gigabytes, hours, type Memory, megabytes, minutes, seconds } from "./units.js";
