/** Bash refuses to set these. */
const READ_ONLY = new Set(["PPID", "UID", "EUID", "SHELLOPTS", "BASHOPTS", "BASH_VERSINFO"]);

/**
 * And gives these values of its own, whatever is written to them; or has them for itself when it starts anew, as it does
 * between a manager and its jobs.
 */
const BASHS_OWN = new Set([
  ...["_", "BASH", "BASHPID", "BASH_ALIASES", "BASH_ARGC", "BASH_ARGV", "BASH_ARGV0", "BASH_CMDS", "BASH_COMMAND"],
  ...["BASH_EXECUTION_STRING", "BASH_LINENO", "BASH_MONOSECONDS", "BASH_REMATCH", "BASH_SOURCE", "BASH_SUBSHELL"],
  ...[
    "BASH_TRAPSIG",
    "BASH_VERSION",
    "BASH_XTRACEFD",
    "COMP_WORDBREAKS",
    "DIRSTACK",
    "EPOCHREALTIME",
    "EPOCHSECONDS",
    "FUNCNAME",
    "GROUPS",
    "HISTCMD",
  ],
  ...["LINENO", "OLDPWD", "PIPESTATUS", "PS1", "PS2", "PWD", "RANDOM", "SECONDS", "SHLVL", "SRANDOM"],
]);

/** Variables whose names nobody writes into a value but to have what they hold there. */
const WELL_KNOWN = "[A-Za-z0-9_]*PATH|HOME|USER|LOGNAME|SHELL|PWD|TMPDIR|SLURM_[A-Z0-9_]+";

/** Linux starts no program that is given a longer string, with its name, its `=` and the NUL at its end (MAX_ARG_STRLEN). */
const MOST_BYTES = 128 * 1024;

/** Why a variable of the definition cannot be set for the jobs as it stands; undefined if it can. */
export function refuseVariable(
  name: string,
  value: string,
): { readonly message: string; readonly hint?: string } | undefined {
  if (value.includes("\0")) return { message: `the value of ${name} has a NUL character, which no variable can hold` };
  const bytes = Buffer.byteLength(`${name}=${value}\0`);
  if (bytes > MOST_BYTES) {
    return {
      message: `${name} takes ${bytes} bytes, and Linux starts no program with a variable of more than ${MOST_BYTES}`,
      hint: "put it into a file that is an input",
    };
  }
  if (READ_ONLY.has(name)) {
    return { message: `${name} is read-only in bash: no job can be given another`, hint: "choose another name" };
  }
  if (BASHS_OWN.has(name)) {
    const hint = name.endsWith("PWD") ? "use cd in prepare, or choose another name" : "choose another name";
    return { message: `${name} is bash's own: a job would not see the value that stands here`, hint };
  }
  if (/^locusts_/i.test(name)) {
    return { message: `${name}: names that begin with "locusts_" are Locusts' own`, hint: "choose another name" };
  }
  const unexpanded = findUnexpanded(name, value);
  if (unexpanded === undefined) return undefined;
  const example = /\p{Cc}/u.test(value) ? "" : `: prepare: sh\`export ${name}=${inTemplate(value)}\``;
  return {
    message: `${name} has "${unexpanded}" in it, which is not expanded: values are text`,
    hint: `set it in prepare, which is bash${example}`,
  };
}

/** What is sure to be meant for bash: elsewhere a dollar may be a dollar, as in a password, or in `$ORIGIN/lib`. */
function findUnexpanded(name: string, value: string): string | undefined {
  const own = /^\w+$/.test(name) ? `${name}|` : "";
  const known = `(?:${own}${WELL_KNOWN})(?![A-Za-z0-9_])`;
  const [variable, bare, braced] = new RegExp(`\\$(${known})|\\$\\{(${known})`).exec(value) ?? [];
  if (variable !== undefined) return bare ? `$${bare}` : `\${${braced}}`;
  const [command] =
    /^[\w./:-]*(\$\([a-z][^()]*\))[\w./:-]*$/.exec(value)?.slice(1) ?? /^`[a-z][^`]*`$/.exec(value) ?? []; // in capitals it is a variable of make
  if (command !== undefined) return command;
  const [, home] = (name.endsWith("PATH") && /(?:^|:)(~)(?=$|[/:])/.exec(value)) || [];
  return home;
}

/** A value as bash is to read it, in an sh template. */
function inTemplate(value: string): string {
  const text = value.replace(/(^|:)~(?=$|[/:])/g, "$1$HOME").replace(/^`(.*)`$/, "$($1)");
  const word = /^[\w${}/:.,=+@%-]*$/.test(text) ? text : `"${text.replace(/["\\`]/g, "\\$&")}"`;
  return word.replace(/\\|`|\$\{/g, "\\$&");
}
