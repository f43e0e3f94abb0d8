import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const SOURCES = join(ROOT, "test", "certify", "tracer");

/** Stands in for the type checker, which only reads, and takes two thirds of a deploy's time. */
const UNCHECKED = `const place = { file: "", line: 1, column: 1 };
export const checkDefinition = () => ({ problems: [], placeOf: () => place, templateAt: () => undefined });
export const checkProgramTypes = () => [];
`;

/** Stands in for the parser of bash, which only reads, too: the scenarios' commands are known to be right. */
const UNPARSED = "export const checkSyntax = async () => ({ commands: 1 });\n";

/**
 * What node is started with for one short verb: optimized code would be made for nothing. They change how
 * long the command line takes, and not what it does.
 */
const NODE_OPTIONS = [
  "--no-opt",
  "--no-sparkplug",
  "--liftoff-only",
  "--single-threaded-gc",
  "--max-semi-space-size=64",
] as const;

/** Where points are tried: a folder with a copy of the command line, and the tracer. */
export interface Lab {
  readonly folder: string;
  /** the words that start the command line, after `node` */
  readonly cli: readonly string[];
  /** what \`run\` is imported from, for verbs that nothing happens to */
  readonly program: string;
  readonly tracer: string;
  remove(): void;
}

/** Why no points can be tried on this machine; undefined if they can. */
export function whyNoLab(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return `system calls are traced on Linux on x86-64 alone, and this is ${process.platform} on ${process.arch}`;
  }
  if (spawnSync("cc", ["--version"], { stdio: "ignore" }).status !== 0)
    return "there is no C compiler (cc): install gcc";
  return undefined;
}

/** @throws Error if the tracer cannot be built, or may not trace */
export async function openLab(): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), "locusts-certify-"));
  chmodSync(folder, 0o711); // who logs in has to reach the tracer
  const copy = join(folder, "program");
  mkdirSync(copy);
  const compiled = join(ROOT, "dist");
  for (const part of ["compiler", "runtime"]) {
    const isWanted = (path: string) => !path.startsWith(join(compiled, "compiler", "load", "check", "typescript"));
    cpSync(join(compiled, part), join(copy, "dist", part), { recursive: true, filter: isWanted });
  }
  writeFileSync(join(copy, "dist", "compiler", "load", "check", "index.js"), UNCHECKED);
  writeFileSync(join(copy, "dist", "compiler", "shell", "syntax.js"), UNPARSED);
  cpSync(join(ROOT, "package.json"), join(copy, "package.json"));
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  const tracer = join(folder, "tracer");
  const sources = ["tracer.c", "process.c", "calls.c"].map((name) => join(SOURCES, name));
  execFileSync("cc", ["-O2", "-o", tracer, ...sources], { stdio: ["ignore", "ignore", "inherit"] });
  const programs = join(copy, "dist", "runtime", "cli");
  // Of what stands there now.
  execFileSync(process.execPath, [...NODE_OPTIONS, join(programs, "make-one-file.js")], { stdio: "ignore" });
  const lab = {
    folder,
    tracer,
    cli: [...NODE_OPTIONS, join(programs, "bin.js")],
    program: join(programs, "run.js"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  const tried = join(folder, "tried");
  const { status, stderr } = spawnSync(tracer, ["--root", folder, "--status", tried, "--", "true"], {
    encoding: "utf8",
  });
  if (status === 0 && existsSync(tried)) return lab;
  lab.remove();
  throw new Error(`processes may not be traced here: ${stderr.trim() || `exit code ${status}`}`);
}
