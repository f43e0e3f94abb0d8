import { resolve } from "node:path";
import type { BundleDescription } from "../../../compiler/format/bundle.js";
import type { SwarmPlan } from "../../../compiler/plan/swarm-plan.js";
import { EXAMINATIONS } from "../../doctor/batch-systems.js";
import { examineTarget } from "../../doctor/examine-target.js";
import type { Finding } from "../../doctor/facts/finding.js";
import { listCommands, type NeededPlace, type Needs } from "../../doctor/facts/needs.js";
import { pilotsFor } from "../../schedulers/pilots/pilot-scheduler.js";
import { sayFinding, summarizeFindings } from "../output/doctor.js";
import { EXIT } from "../output/exit-codes.js";
import { buildInto, compileDefinition } from "./compile-definition.js";
import type { Verb } from "./verb.js";

/** What a swarm finds on its target. What can be seen from elsewhere `build` has looked at, under the name that it has there. */
function placesOf({ inputs, container }: SwarmPlan, folder: string, isHere: boolean): NeededPlace[] {
  const places = new Set<string>();
  for (const { delivery, seenHere, parts } of inputs) {
    const [first] = parts;
    if (delivery !== "in-place" || (seenHere && !isHere) || !first || !("text" in first)) continue;
    const place = parts.length > 1 ? first.text.slice(0, first.text.lastIndexOf("/")) : first.text;
    if (place !== "") places.add(resolve(folder, place));
  }
  const image = container?.image.startsWith("/") ? [{ name: "image" as const, path: container.image }] : [];
  return [...[...places].map((path) => ({ name: "inPlace" as const, path })), ...image];
}

/** What a planned swarm needs. @param pilots how many there will be, at most @param folder the definition's */
function needsOf(plan: SwarmPlan, description: BundleDescription, pilots: number, folder: string): Needs {
  const { pilots: bundled, kind } = description;
  const batch = EXAMINATIONS[kind];
  const { tree } = plan;
  const most = description.needs ?? { cpus: plan.cpus, memoryMebibytes: plan.memoryMebibytes };
  return {
    tree: tree
      ? {
          mode: tree.mode,
          bytes: description.tree?.content?.bytes ?? 0,
          sharesFiles: tree.readOnly.length > 0,
          place: resolve(folder, tree.root),
          isFolder: description.tree?.collects === false,
        }
      : null,
    swarm: plan.name,
    access: description.access,
    commands: listCommands(plan, batch),
    batch,
    modules: plan.modules,
    places: placesOf(plan, folder, description.access === null),
    bringsPrograms:
      plan.modules.length > 0 || plan.prepare !== undefined || plan.variables.some(([name]) => name === "PATH"),
    gpus: bundled ? 0 : (most.byJob?.most.gpus ?? plan.gpus),
    slots: bundled ? null : { count: plan.target.slots, least: most.byJob?.least ?? most, most },
    budget: description.budget,
    pilots: bundled && {
      ...bundled,
      count: pilots,
      directives: plan.target.pilots?.directives ?? [],
      scratch: plan.target.pilots?.scratch ?? "",
      jobMemory: most.memoryMebibytes,
      pin: plan.pin,
    },
  };
}

export const doctor: Verb<{ readonly acceptNewHostKey?: boolean }> = async (context, options) => {
  const { terminal, json } = context;
  const compiled = await compileDefinition(context);
  const { workspace, target } = compiled;
  const { plan } = compiled.compilation;
  const { description } = buildInto(compiled, compiled.bundle, false);
  const pilots = description.pilots ? pilotsFor(description.pilots, description.jobs) : 0;
  const findings: Finding[] = [];
  const acceptNewHostKey = options.acceptNewHostKey === true;
  terminal.status(`looking at ${target} …`);
  const needs = needsOf(plan, description, pilots, workspace.folder);
  for await (const finding of examineTarget(workspace, target, needs, { acceptNewHostKey })) {
    findings.push(finding);
    if (!json) sayFinding(terminal.report, finding);
  }
  terminal.status("");
  // In documents a message has the name that programs know it by.
  const documents = findings.map(({ name, status, message, hint }) => ({ name, status, words: message, hint }));
  if (json) terminal.printDocument("doctor", { target, findings: documents });
  else summarizeFindings(terminal.report, target, findings);
  return findings.some(({ status }) => status === "fail") ? EXIT.error : EXIT.fine;
};
