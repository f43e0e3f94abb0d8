import { realpathSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { isWithin } from "../within.js";

/**
 * Does a link stay in the folder, by its text, wherever that folder lies and if all others in it do? Unclear is one with a
 * `..` behind a name: that name may be a link to another place.
 *
 * @param path of the link in the folder
 */
export function judgeLink(path: string, leadsTo: string): "stays" | "leaves" | "unclear" {
  if (leadsTo === "" || isAbsolute(leadsTo)) return "leaves";
  let depth = path.split("/").length - 1;
  let hasName = false;
  let isUnclear = false;
  for (const part of leadsTo.split("/")) {
    if (part === "..") {
      depth -= 1;
      isUnclear ||= hasName;
    } else if (part !== "" && part !== ".") {
      depth += 1;
      hasName = true;
    }
    if (depth < 0) return "leaves";
  }
  return isUnclear ? "unclear" : "stays";
}

/**
 * Does a link stay in a folder that is here as a whole? An unclear one has to lead to something in it.
 *
 * @param root the folder's real path
 * @param path of the link in it
 */
export function linkStaysIn(root: string, path: string, leadsTo: string): boolean {
  const judged = judgeLink(path, leadsTo);
  if (judged !== "unclear") return judged === "stays";
  try {
    // As the system resolves it: the other one of Node takes away a name and the `..` behind it unread.
    return isWithin(root, realpathSync.native(join(root, path)));
  } catch {
    return false; // it leads nowhere, or in a circle
  }
}
