import { EXAMINATIONS } from "../../runtime/doctor/batch-systems.js";
import { BATCH_SYSTEMS } from "../../runtime/target/open-scheduler.js";
import { OneAtATime } from "./one-at-a-time.js";

/** Loaded before the command line: the two lines by which a batch system is known. */
BATCH_SYSTEMS.slurm = () => new OneAtATime();
delete EXAMINATIONS.slurm;
