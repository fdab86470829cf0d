/** Rows of the person's own: a value of a session or of a module, written into a run folder once. */
import type { Row } from '../data/rows.ts';
import { UserError } from '../errors.ts';
import { kindOf } from './load-export.ts';
import { writeTable } from './write-table.ts';

/** What rows may come as: an array, anything iterable, a view; or a function that makes one of these. */
export type RowSource = Iterable<unknown> | AsyncIterable<unknown>;

/** A value as rows. Throws a `UserError` where it is none; `name` is how the person calls it. */
export async function rowSource(value: unknown, name: string): Promise<RowSource> {
  const made: unknown =
    typeof value === 'function' ? await (value as () => unknown)() : await value;
  const iterable =
    typeof made === 'object' &&
    made !== null &&
    (Symbol.iterator in made || Symbol.asyncIterator in made);
  if (iterable) return made as RowSource;
  throw new UserError(
    `'${name}' is ${kindOf(made)}, expected rows: an array of objects, something to iterate over, or a view`,
  );
}

/** Writes rows as parquet. Refuses, by its number, a row that is no object of plain values. */
export async function writeOwnRows(path: string, source: RowSource, name: string): Promise<void> {
  await writeTable(path, checked(source, name));
}

async function* checked(source: RowSource, name: string): AsyncGenerator<Row> {
  let index = 0;
  for await (const row of source) {
    const plain = typeof row === 'object' && row !== null && !Array.isArray(row);
    if (!plain)
      throw new UserError(
        `row ${index} of '${name}' is ${kindOf(row)}, expected an object of columns`,
      );
    for (const [column, value] of Object.entries(row))
      if (typeof value === 'function' || typeof value === 'symbol')
        throw new UserError(
          `row ${index} of '${name}' holds ${kindOf(value)} in its column '${column}', expected data`,
        );
    yield row as Row;
    index++;
  }
  if (index === 0) throw new UserError(`'${name}' has no rows`);
}
