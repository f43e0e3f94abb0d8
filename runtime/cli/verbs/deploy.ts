import { type DeployEnd, deploy } from "../../deploy.js";
import type { Redo } from "../../state/select-jobs.js";
import { bundleFolder } from "../../workspace.js";
import { compileDefinition } from "../compile-definition.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import { observeDeploy, summarizeDeploy } from "../output/deploy.js";
import { describeTreeHome } from "../output/tree-home.js";
import type { Verb } from "../verb.js";
import { buildInto } from "./build.js";

export interface DeployVerbOptions {
  readonly redo?: true | readonly string[];
  readonly limit?: number;
  readonly keepLogs?: boolean;
  readonly detach?: boolean;
  readonly takeOver?: boolean;
  readonly acceptNewHostKey?: boolean;
}

function readRedo(redo: DeployVerbOptions["redo"]): Redo {
  if (redo === undefined) return undefined;
  return redo === true || redo.includes("all") ? "all" : redo;
}

/** `locusts deploy`. */
export const deployVerb: Verb<DeployVerbOptions> = async (context, options) => {
  const { terminal } = context;
  const compiled = await compileDefinition(context);
  const { workspace, compilation } = compiled;
  const target = compilation.plan.target.name;
  const bundle = bundleFolder(workspace, target);
  const { description } = buildInto(compiled, bundle);

  const stop = new AbortController();
  let asked = 0;
  const interrupt = () => {
    asked += 1;
    if (asked === 1) {
      stop.abort();
      terminal.say(
        description.access
          ? "leaving: what runs goes on … (Ctrl-C again leaves at once)"
          : "stopping: the running jobs are ended … (Ctrl-C again leaves at once)",
      );
    } else process.exit(EXIT.interrupted);
  };
  process.on("SIGINT", interrupt);
  try {
    const result = await deploy({
      workspace,
      target,
      bundle,
      description,
      redo: readRedo(options.redo),
      limit: options.limit,
      keepLogs: options.keepLogs === true,
      detach: options.detach === true,
      takeOver: options.takeOver === true,
      acceptNewHostKey: options.acceptNewHostKey === true,
      observer: observeDeploy(terminal),
      signal: stop.signal,
    });
    summarizeDeploy(terminal, workspace, result);
    const trees = description.tree ? { trees: result.trees.map(describeTreeHome) } : {};
    if (context.json) terminal.print(JSON.stringify({ ...result.report, end: result.end, ...trees }));
    return exitCodeOf(result.end.how, result.report.jobs.failed, options.detach === true);
  } finally {
    process.off("SIGINT", interrupt);
  }
};

function exitCodeOf(how: DeployEnd["how"], failed: number, detached: boolean): ExitCode {
  if (how === "interrupted" || (how === "left" && !detached)) return EXIT.interrupted;
  if (failed > 0) return EXIT.jobsFailed;
  return how === "stopped" ? EXIT.error : EXIT.fine;
}
