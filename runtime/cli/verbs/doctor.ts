import { examineTarget } from "../../doctor/examine-target.js";
import type { Finding } from "../../doctor/finding.js";
import { needsOf } from "../../doctor/needs.js";
import { REPORT_VERSION } from "../../results/report.js";
import { pilotsFor } from "../../schedulers/slurm/slurm.js";
import { bundleFolder } from "../../workspace/workspace.js";
import { sayFinding, summarizeFindings } from "../output/doctor.js";
import { EXIT } from "../output/exit-codes.js";
import { compileDefinition, dryBuild } from "./compile-definition.js";
import type { Verb } from "./verb.js";

export interface DoctorOptions {
  readonly acceptNewHostKey?: boolean;
}

/** `locusts doctor`: what would fail on the target, before it does. */
export const doctor: Verb<DoctorOptions> = async (context, options) => {
  const { terminal, json } = context;
  const compiled = await compileDefinition(context);
  const { workspace, compilation } = compiled;
  const { plan } = compilation;
  const target = plan.target.name;
  const { description } = dryBuild(compiled, bundleFolder(workspace, target));
  const pilots = description.pilots ? pilotsFor(description.pilots, description.jobs) : 0;
  const findings: Finding[] = [];
  const acceptNewHostKey = options.acceptNewHostKey === true;
  terminal.status(`looking at ${target} …`);
  for await (const finding of examineTarget(workspace, target, needsOf(plan, description, pilots, workspace.folder), {
    acceptNewHostKey,
  })) {
    findings.push(finding);
    if (!json) sayFinding(terminal, finding);
  }
  terminal.status("");
  if (json) terminal.print(JSON.stringify({ version: REPORT_VERSION, target, findings }));
  else summarizeFindings(terminal, target, findings);
  return findings.some(({ status }) => status === "fail") ? EXIT.error : EXIT.fine;
};
