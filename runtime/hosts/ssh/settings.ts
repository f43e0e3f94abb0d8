import { execFile } from "node:child_process";
import { Groups } from "../../../compiler/format/groups.js";
import { RuntimeProblem } from "../../system/problem.js";

/** Names the ssh configuration that the variable LOCUSTS_SSH_CONFIG holds the path of, as `ssh -F` does. */
export function configurationWords(): string[] {
  const file = process.env.LOCUSTS_SSH_CONFIG;
  return file ? ["-F", file] : [];
}

/** What the user's ssh configuration says of one host; keys in lower case, as `ssh -G` prints them. */
export type SshSettings = Readonly<Awaited<ReturnType<typeof readSettings>>>;

/** A destination as `ssh` takes it: `name`, `user@name`, `ssh://user@name:port`, and options of its own. */
export interface Destination {
  readonly name: string;
  readonly user?: string;
  readonly port?: string;
}

/** Asks `ssh -G`, which alone reads a configuration whole. @throws RuntimeProblem without `ssh`, or if it refuses */
export async function readSettings({ name, user, port }: Destination) {
  const args = ["-G", ...configurationWords()];
  if (user !== undefined) args.push("-l", user);
  if (port !== undefined) args.push("-p", port);
  const printed = await askSsh([...args, "--", name], name);

  const values = new Groups<string, string>();
  for (const [, key = "", value = ""] of printed.matchAll(/^(\S+) ?(.*)$/gm)) values.add(key, value);
  /** All values, in order; those of a list in one line as the one text that they are. */
  const all = (key: string): readonly string[] => values.get(key) ?? [];
  /** The first value, or `undefined` if there is none, or it is `none`. */
  const one = (key: string): string | undefined => {
    const [first] = all(key);
    return first === undefined || first === "" || first === "none" ? undefined : first;
  };
  return {
    /** the name it was asked for by, without user and port; older versions of ssh do not print `host` */
    alias: one("host") ?? name.replace(/^.*@/, ""),
    hostname: one("hostname") ?? name,
    port: Number(one("port") ?? 22),
    user: one("user") ?? "",
    one,
    all,
    /** A number of seconds as milliseconds; `undefined` if there is none, or it is 0. */
    milliseconds: (key: string) => Number(one(key) ?? 0) * 1000 || undefined,
  };
}

function askSsh(args: readonly string[], name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("ssh", args, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (error.code === "ENOENT") {
        const hint = "install it (Debian: openssh-client); Locusts reads your ssh configuration with it";
        reject(new RuntimeProblem("there is no ssh on this machine", hint));
      } else {
        const said = stderr.trim() || error.message;
        reject(new RuntimeProblem(`your ssh configuration of ${name} cannot be read: ${said}`, `try: ssh -G ${name}`));
      }
    });
  });
}
