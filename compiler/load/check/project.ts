import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Place } from "../../problem/problem.js";
import { disguised, disguisedFileSystem, undisguised } from "./backslashes.js";
import { Project, ts } from "./ts-morph.js";

export interface CheckedProject {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  readonly entry: ts.SourceFile;
  /** the entry and the files that it imports, without packages, declarations and Locusts itself */
  readonly ownFiles: readonly ts.SourceFile[];
  /** the JSON files that they import */
  readonly dataFiles: readonly ts.SourceFile[];
  placeAt(file: ts.SourceFile, position: number): Place;
}

/** The types of the running Locusts, whatever is installed beside the definition. */
function typesOfLocusts(): string {
  const beside = (name: string) => fileURLToPath(new URL(`../../dsl/${name}`, import.meta.url));
  const declarations = beside("index.d.ts");
  return existsSync(declarations) ? declarations : beside("index.ts");
}

/** Where Locusts' own copy of the types of Node lies. */
function typesOfNode(): string {
  const manifest = createRequire(import.meta.url).resolve("@types/node/package.json");
  return dirname(dirname(manifest));
}

const SHARED_OPTIONS: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  allowJs: true,
  resolveJsonModule: true,
  skipLibCheck: true,
  noEmit: true,
  noErrorTruncation: true,
};

/**
 * Opens a file with all that it imports.
 *
 * @param kind a definition sees the language alone, without Node and the DOM: that is purer and
 *   twice as fast; a program sees Node
 */
export function openProject(folder: string, file: string, kind: "definition" | "program"): CheckedProject {
  const locusts = typesOfLocusts();
  const surroundings: ts.CompilerOptions =
    kind === "definition" ? { types: [] } : { types: ["node"], typeRoots: [typesOfNode()] };
  const project = new Project({
    skipAddingFilesFromTsConfig: true,
    ...(file.includes("\\") ? { fileSystem: disguisedFileSystem() } : {}),
    compilerOptions: {
      ...SHARED_OPTIONS,
      lib: ["lib.es2022.d.ts"],
      ...surroundings,
      paths: { locusts: [locusts] },
    },
  });
  const entryPath = project.addSourceFileAtPath(disguised(file)).compilerNode.fileName;
  const program = project.getProgram().compilerObject;
  const entry = program.getSourceFile(entryPath);
  if (!entry) throw new Error(`${file} is not part of its own program`);

  const dslFolder = dirname(locusts) + sep;
  const files = program
    .getSourceFiles()
    .filter(
      (source) =>
        !source.isDeclarationFile &&
        !program.isSourceFileFromExternalLibrary(source) &&
        !source.fileName.startsWith(dslFolder),
    );
  const isData = (source: ts.SourceFile) => source.fileName.endsWith(".json");

  return {
    program,
    checker: program.getTypeChecker(),
    entry,
    ownFiles: files.filter((source) => !isData(source)),
    dataFiles: files.filter(isData),
    placeAt(source, position) {
      const { line, character } = source.getLineAndCharacterOfPosition(position);
      return {
        file: undisguised(relative(disguised(folder), source.fileName)),
        line: line + 1,
        column: character + 1,
      };
    },
  };
}

/** Is the entry all that its check depends on, beside Locusts and the language? */
export function importsLocustsAlone({ entry, program }: CheckedProject): boolean {
  const compiler = dirname(dirname(typesOfLocusts())) + sep;
  const { importedFiles, referencedFiles, typeReferenceDirectives } = ts.preProcessFile(entry.text, true, true);
  return (
    importedFiles.every(({ fileName }) => fileName === "locusts") &&
    referencedFiles.length + typeReferenceDirectives.length === 0 &&
    program
      .getSourceFiles()
      .every(
        (file) => file === entry || program.isSourceFileDefaultLibrary(file) || file.fileName.startsWith(compiler),
      ) &&
    // There, how it is read depends on a package.json.
    !/[/\\]node_modules[/\\]/.test(entry.fileName)
  );
}
