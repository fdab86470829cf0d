/**
 * Sentences about columns: those that are missing, those in which files differ.
 */
import { UserError, closest } from '../errors.ts';
import type { Column } from './cell.ts';

interface Table {
  columns: Readonly<Record<string, string>>;
  paths: readonly string[];
}

/** Name to type. Has no prototype, since any text can be a column's name. */
export function columnRecord(columns: readonly Column[]): Record<string, string> {
  const record = Object.create(null) as Record<string, string>;
  for (const { name, type } of columns) record[name] = type;
  return record;
}

/** Refuses columns that are not there: lists those that are, and guesses. */
export function requireColumns(table: Table, names: readonly string[]): void {
  const known = Object.keys(table.columns);
  const missing = names.filter((name) => !known.includes(name));
  if (missing.length === 0) return;
  const what = missing.length > 1 ? 'columns' : 'column';
  const guesses = missing.map((name) => closest(name, known)).filter((name) => name !== undefined);
  throw new UserError(
    `${filesText(table.paths)} no ${what} ${quoted(missing)}; columns there: ${known.join(', ')}`,
    guesses.length > 0 ? `did you mean ${quoted(guesses)}?` : undefined,
  );
}

/** Subject and verb: `'a.parquet' has`, `'a.parquet' and 2 more files have`, `the rows have`. */
export function filesText(paths: readonly string[]): string {
  if (paths.length === 0) return 'the rows have';
  if (paths.length === 1) return `'${paths[0]!}' has`;
  const rest = paths.length - 1;
  return `'${paths[0]!}' and ${rest} more ${rest > 1 ? 'files' : 'file'} have`;
}

/** Refuses files whose columns differ from the first one's, naming every difference. */
export function refuseDifferences(
  sources: readonly { path: string; columns: readonly Column[] }[],
): void {
  const [first, ...rest] = sources;
  if (!first) return;
  const expected = columnRecord(first.columns);
  const problems = rest.flatMap(({ path, columns }) => differences(expected, columns, path));
  if (problems.length === 0) return;
  const lines = problems.map((problem) => `\n  ${problem}`).join('');
  throw new UserError(`files of one table should have the columns of '${first.path}'${lines}`);
}

function differences(
  expected: Record<string, string>,
  columns: readonly Column[],
  path: string,
): string[] {
  const found = columnRecord(columns);
  const names = new Set([...Object.keys(expected), ...Object.keys(found)]);
  return [...names].flatMap((name) => {
    const [want, have] = [expected[name], found[name]];
    if (want === have) return [];
    if (have === undefined) return `'${path}' has no column '${name}'`;
    if (want === undefined)
      return `'${path}' has a column '${name}' (${have}) that the first lacks`;
    return `'${path}': column '${name}' is ${have}, expected ${want}`;
  });
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}
