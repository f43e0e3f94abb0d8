/* The rows of the table of jobs: found and sorted. Nothing here knows of the page. */

export function valueAt(column, row) {
  return column.words ? column.words[column.at[row]] : column.values[row];
}

/** Which rows a test of a column's values lets through; each different word is looked at once. */
function testColumn(column, test) {
  if (!column.words) return (row) => test(column.values[row]);
  const passes = column.words.map(test);
  return (row) => passes[column.at[row]];
}

const textOf = (value) => (value === null || value === undefined ? "" : String(value));

/** A word that is looked for: `param=value` in one column, else any part of any text. */
function matcherOf(columns, word) {
  const at = word.indexOf("=");
  const named = at > 0 ? columns.find(({ name }) => name.toLowerCase() === word.slice(0, at)) : undefined;
  if (named) {
    const wanted = word.slice(at + 1);
    return testColumn(named, (value) => textOf(value).toLowerCase() === wanted);
  }
  const texts = columns.filter(({ kind }) => kind === "text" || kind === "count");
  const tests = texts.map((column) => testColumn(column, (value) => textOf(value).toLowerCase().includes(word)));
  return (row) => tests.some((test) => test(row));
}

/** The rows that have all words of what was typed, and the status. */
export function findRows(columns, count, typed, status) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const tests = words.map((word) => matcherOf(columns, word));
  const ofStatus = columns.find(({ name }) => name === "status");
  if (status && ofStatus) tests.push(testColumn(ofStatus, (value) => value === status));
  const rows = [];
  for (let row = 0; row < count; row += 1) if (tests.every((test) => test(row))) rows.push(row);
  return rows;
}

/** Rows by the values of a column; those without a value come last, and equal ones stay in their order. */
export function sortRows(rows, column, isDescending) {
  const sign = isDescending ? -1 : 1;
  const isEmpty = (value) => value === null || value === undefined || value === "";
  let keyOf = (row) => valueAt(column, row);
  if (column.words) {
    const order = column.words.map((_, i) => i).sort((a, b) => compareTexts(column.words[a], column.words[b]));
    const ranks = [];
    order.forEach((word, rank) => {
      ranks[word] = isEmpty(column.words[word]) ? null : rank;
    });
    keyOf = (row) => ranks[column.at[row]];
  }
  const compare = column.kind === "text" && !column.words ? compareTexts : (a, b) => a - b;
  return [...rows].sort((a, b) => {
    const [one, other] = [keyOf(a), keyOf(b)];
    if (isEmpty(one) || isEmpty(other)) return isEmpty(one) - isEmpty(other);
    return sign * compare(one, other);
  });
}

/** `job-9` before `job-10`. */
const collator = new Intl.Collator("en", { numeric: true });

function compareTexts(a, b) {
  return collator.compare(a, b);
}
