import type { Host } from "../hosts/host.js";
import { type Finding, fail, ok, warn } from "./facts/finding.js";

const SECONDS = 30;

/** Whether a container's image is there, a file or an unpacked folder; on a login node, it may be on the nodes alone. */
export async function examineImage(host: Host, image: string, underSlurm: boolean): Promise<Finding> {
  const { code } = await host.run("[[ -r $1 ]]", [image], { timeout: SECONDS * 1000 });
  if (code === 0) return ok("image", `${image} is there`);
  const hint = "give container.image the path that it has on the target";
  const message = `the container's image ${image} is not there, or may not be read`;
  return underSlurm ? warn("image", `${message}; the nodes may differ`, hint) : fail("image", message, hint);
}
