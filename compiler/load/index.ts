export { type LoadedDefinition, loadDefinition } from "./definition.js";
export { bundleProgram, checkProgram } from "./program.js";
