// First of all, so that ts-morph finds the TypeScript compiler loaded.
import "./typescript-compiled.js";

// By require, since an import would first look through megabytes of CommonJS for the names it exports (50 ms).
import tsMorph = require("ts-morph");

export const Project = tsMorph.Project;
export import ts = tsMorph.ts;
