import { needColumns } from "../format/needs.js";
import { generatedFrom } from "../format/version.js";
import { type NeedBounds, slotsOf } from "../plan/job-needs.js";
import { checksInBash, quickTests } from "../plan/output-checks.js";
import { graceSeconds, spareSeconds } from "../plan/pilot-time.js";
import { jobVariables, type OutputPlan, type SwarmPlan } from "../plan/swarm-plan.js";
import { renderTemplate } from "./templates.js";

/** Can bash's own tests tell whether the output is good? */
function isQuicklyChecked({ kind, checks }: OutputPlan): boolean {
  return kind === "file" && quickTests(checks) !== undefined;
}

/** The command, of which the last program takes the place of the shell. */
function byExec({ command, lastProgram: at, container }: SwarmPlan): string {
  return at === undefined || container ? command : `${command.slice(0, at)}$locusts_exec ${command.slice(at)}`;
}

/** How the command is run: what comes before it and after it. */
function describeCommand(swarm: SwarmPlan) {
  const command = byExec(swarm);
  const usesExec = command !== swarm.command;
  const runsLine = swarm.runsLines && /\blocusts_line\b/.test(command);
  const lineIsLast = runsLine && /(?:^|[\n;])\s*locusts_line\s*$/.test(command);
  // Of what bash waits for none: `prog > >(gzip > out.gz)`.
  const substitutes = command.includes(">(");
  const steps = [
    ...(substitutes ? ["locusts_await_substitutions_at_exit"] : []),
    ...(swarm.prepare === undefined ? [] : ["locusts_prepare"]),
    "locusts_command",
  ];
  return {
    command,
    usesExec,
    runsLine,
    lineIsLast,
    wrapsLine: swarm.runsLines && !runsLine,
    substitutes,
    exits: !usesExec && !lineIsLast && !substitutes,
    awaitsSubstitutions: substitutes || (runsLine && !lineIsLast),
    trapsErrors: /\btrap\b[\s\S]*?\bERR\b/.test(`${swarm.prepare ?? ""}\n${command}`),
    steps: steps.join(" "),
  };
}

/** What manager.sh says about needs that are not the same for all jobs. */
function describeByJob({ byJob, target }: SwarmPlan) {
  // Who says how many jobs there are at a time is not asked whether they fit.
  const capacity = target.slots === undefined ? target.capacity : undefined;
  return {
    ...byJob,
    columns: byJob ? needColumns(byJob).map(([, column]) => `locusts_${column}`) : [],
    cores: capacity?.cpus ?? 0,
    memory: capacity?.memoryMebibytes ?? 0,
  };
}

/** `manager.sh`: the same however many jobs there are. */
export function emitManager(swarm: SwarmPlan, bounds?: NeedBounds): string {
  const { pilots } = swarm.target;
  const slots = slotsOf(swarm, bounds);
  return renderTemplate("manager", {
    ...swarm,
    ...(bounds && { ...bounds.least, timeSeconds: bounds.most.timeSeconds }),
    byJob: swarm.byJob ? describeByJob(swarm) : false,
    mostGpus: bounds?.most.gpus ?? swarm.gpus,
    generated: generatedFrom(swarm.source),
    descriptionLines: swarm.description === "" ? [] : swarm.description.trim().split("\n"),
    slots: slots === undefined ? "" : String(slots),
    // Between SIGTERM for the last jobs and the end of a pilot's time there are but a few seconds.
    grace: graceSeconds(pilots),
    ...describeCommand(swarm),
    pilots: pilots
      ? { ...pilots, nodesMaySubmit: pilots.nodesMaySubmit ? 1 : 0, spareSeconds: spareSeconds(pilots.closingSeconds) }
      : false,
    notify: swarm.notify?.on === "target" ? { command: swarm.notify.command, target: swarm.target.name } : false,
    retryCauses: swarm.retryOn.join(" "),
    environment: swarm.variables.map(([name, value]) => ({ name, value })),
    references: jobVariables(swarm),
    // What may be a link to a copy that other jobs read as well.
    watched: swarm.tree
      ? []
      : swarm.inputs
          .filter(({ delivery }) => delivery !== "in-place" && delivery !== "copy")
          .map((input) => input.variable),
    prepare: swarm.prepare ?? "",
    container: swarm.container
      ? {
          image: swarm.container.image,
          runtime: swarm.container.runtime ?? "apptainer",
          binds: swarm.container.binds ?? [],
          inPlace: swarm.inputs.filter(({ delivery }) => delivery === "in-place").map((input) => input.variable),
        }
      : false,
    tree: swarm.tree ? { workdir: swarm.tree.workdir, perJob: swarm.tree.mode === "perJob" } : false,
    // Where bash's own tests tell that all is well. In a tree, where an output lies is for a function to say.
    isQuick: swarm.tree === undefined ? swarm.outputs.every(isQuicklyChecked) : !swarm.tree.collects,
    quickWords: swarm.outputs.map(() => "present").join(" ") || "-",
    outputs: swarm.outputs.map((output) => ({
      ...output,
      need: output.optional ? "optional" : "compulsory",
      quickTests: quickTests(output.checks) ?? [],
      checks: checksInBash(output.checks, output.name).map(({ call: [name, ...args], own }) => ({
        name,
        args,
        own: own ?? false,
        ownName: args.at(-1) ?? "",
      })),
    })),
  });
}
