/** `view('x.parquet')`: a view of data that shows itself as a table in a cell. */
import { basename } from 'node:path';
import { openView } from '../data/view.ts';
import type { ParquetView } from '../data/view.ts';
import type { MimeBundle } from './bundle.ts';
import { tableBundle } from './table.ts';

/** Rows that a table shows. */
const shownRows = 10;

/** Front ends call the method of this name for what a value looks like. */
const displayed = Symbol.for('Jupyter.display');

/** A lazy view of a parquet or JSON-lines file, or of several end to end. Each verb's result shows itself too. */
export function view(paths: string | readonly string[]): ParquetView {
  return openView(paths, (of) => ({ [displayed]: () => viewBundle(of) }));
}

/** Shape, schema and first rows. Reads no more than those rows and the count. */
export async function viewBundle(
  of: ParquetView,
  options: { width?: number } = {},
): Promise<MimeBundle> {
  const [columns, rows, totalRows] = await Promise.all([
    of.columns,
    of.rows(shownRows),
    of.count(),
  ]);
  const files = of.paths.map((path) => basename(path));
  const title = files.length > 1 ? `${files[0]!} and ${files.length - 1} more` : files[0]!;
  return tableBundle({ title, columns: [...columns], rows, totalRows }, options);
}
