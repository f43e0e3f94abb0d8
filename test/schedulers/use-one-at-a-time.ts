import { run } from "../../runtime/cli/run.js";
import { EXAMINATIONS } from "../../runtime/doctor/batch-systems.js";
import { BATCH_SYSTEMS } from "../../runtime/target/open-scheduler.js";
import { oneAtATime } from "./one-at-a-time.js";

/** The two lines by which a batch system is known. It is loaded before the command line, in whose place it does all. */
BATCH_SYSTEMS.slurm = () => oneAtATime;
delete EXAMINATIONS.slurm;
process.exit(await run(process.argv.slice(2)));
