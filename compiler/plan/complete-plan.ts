import { hash } from "node:crypto";
import type { ShellCommand } from "../dsl/command.js";
import type { Environment } from "../dsl/environment.js";
import type { AnyDefinition } from "../dsl/swarm.js";
import type { TreePlan } from "../tree/tree-plan.js";
import { identifyChecks } from "./output-checks.js";
import type { Resolution } from "./resolve-swarm.js";
import type { SwarmPlan } from "./swarm-plan.js";

function describePrepare(prepare: Environment["prepare"]): unknown {
  if (prepare === undefined || typeof prepare === "string" || Array.isArray(prepare)) return prepare ?? null;
  return (prepare as ShellCommand).parts.map((part) =>
    "text" in part
      ? part.text
      : "constant" in part
        ? [part.constant]
        : ["code" in part ? part.code.name : part.reference.variable, null],
  );
}

function identifyTree({ mode, workdir, root }: TreePlan): unknown {
  return [mode, workdir, mode === "inPlace" ? root : null];
}

/** Puts the program in, and works out what identifies the swarm's jobs apart from their own params and inputs. */
export function completePlan(plan: Resolution["plan"], base: AnyDefinition, program: string | undefined): SwarmPlan {
  // Not the target and what it overrides: a result is the same wherever it was made.
  const facts = {
    command: plan.command,
    program: program === undefined ? null : hash("sha256", program),
    environment: {
      variables: base.environment?.variables ?? {},
      modules: base.environment?.modules ?? [],
      container: base.environment?.container ?? null,
      prepare: describePrepare(base.environment?.prepare),
    },
    inputs: plan.inputs.map((input) => [input.name, input.pattern, input.as ?? null, input.delivery === "in-place"]),
    outputs: plan.outputs.map((output) => [
      output.name,
      output.pattern,
      output.kind,
      output.optional,
      ...identifyChecks(output.checks),
    ]),
    // What is in it joins when it has been surveyed; of one that lies on the target its place is all that is known.
    ...(plan.tree ? { tree: identifyTree(plan.tree) } : {}),
  };
  return { ...plan, program, identity: hash("sha256", JSON.stringify(facts)) };
}
