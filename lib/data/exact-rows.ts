/**
 * Rows as their files spell them. A column of JSON lines that holds numbers in some rows and texts in
 * others is text in a table; here each value keeps its own type.
 */
import type { Row } from './cell.ts';
import { isLines, textLines } from './json-lines.ts';
import type { Rows } from './rows.ts';

/** Every row in order; the rows have been opened before, so the lines are known to be JSON. */
export async function* exactRows(rows: Rows): AsyncGenerator<Row> {
  if (rows.paths.length > 0 && rows.paths.every(isLines))
    for (const path of rows.paths) yield* fileRows(path);
  else for await (const chunk of rows.scan()) yield* chunk;
}

/** The rows of one file of JSON lines, which are known to be JSON. */
export async function* fileRows(path: string): AsyncGenerator<Row> {
  for await (const line of textLines(path)) if (line.trim() !== '') yield JSON.parse(line) as Row;
}
