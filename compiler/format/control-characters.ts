/*
 * A name, a param or what a remote machine sends may hold characters that a terminal obeys, that end a line or that a
 * table cannot hold.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;
/** Colours and the like, links and titles, and what `tput sgr0` writes (`ESC ( B`). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const ESCAPE_SEQUENCE = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[ -/]+[0-~])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const OTHER_THAN_SPACE = /[\x00-\x08\x0b-\x1f\x7f-\x9f]+/g;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const COLOR_OR_ORDER = /\x1b\[[0-9;]*m|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Lines as they may be shown, whoever has written a part of them: a terminal obeys nothing in them but colours. */
export function withoutOrders(text: string): string {
  return text.replace(COLOR_OR_ORDER, (found) => (found.length > 1 ? found : ""));
}

export function hasControlCharacters(text: string): boolean {
  return CONTROL.test(text);
}

/** A name on one line, whatever is in it: with quotes and escapes where it needs them. */
export function printableName(name: string): string {
  return hasControlCharacters(name) ? JSON.stringify(name) : name;
}

/** Text that is no order to a terminal: colours and other escape sequences go; line feeds and tabs stay. */
export function withoutControlCharacters(text: string, instead = ""): string {
  return text.replace(ESCAPE_SEQUENCE, instead).replace(OTHER_THAN_SPACE, instead);
}
