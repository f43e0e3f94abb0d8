export { type CodeFrameOptions, formatProblems } from "../problem/code-frame.js";
export { type LoadedDefinition, loadDefinition } from "./definition.js";
export { bundleProgram, checkProgram } from "./program.js";
