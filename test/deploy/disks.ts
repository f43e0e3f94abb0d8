import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { noCluster } from "../cluster/availability.js";

/** Why no file system can be mounted here; undefined if one can. */
export const noDisks =
  noCluster ??
  (existsSync("/dev/loop-control") && existsSync("/sys/fs/ext4") ? undefined : "no loop devices, or no ext4");

/** A file system of its own, which goes read-only by itself, as disks do that find an error. @returns its device */
export function mountDisk(at: string): string {
  const image = `${at}.img`;
  const make = `truncate -s 32M "$1"; mkfs.ext4 -q "$1"; mount -o loop,errors=remount-ro "$1" "$2"; rmdir "$2/lost+found"; findmnt -no SOURCE "$2"`;
  return execFileSync("bash", ["-euc", make, "bash", image, at], { encoding: "utf8" })
    .trim()
    .split("/")
    .at(-1) as string;
}

/** A disk finds an error. */
export function findError(device: string): void {
  writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, "1");
}
