/**
 * One file as something DuckDB can select from, and the sentences for what is no such file.
 */
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { UserError, closest } from '../errors.ts';
import { allRows, describe, quotePath, reasonOf } from './duckdb.ts';
import { convertJson, isJson } from './json-lines.ts';
import type { Column } from './cell.ts';

/** Column that numbers a file's rows from 0. */
export const rowNumber = 'file_row_number';

export interface Source {
  path: string;
  count: number;
  columns: readonly Column[];
  /** Goes after FROM; has the columns and `file_row_number`. */
  from: string;
}

/** Opens a parquet or JSON-lines file. Refuses, in a sentence, what is not one. */
export async function openSource(path: string): Promise<Source> {
  const size = await sizeOf(path);
  if (size === 0) throw new UserError(`'${path}' is empty (0 bytes)`);
  const json = isJson(path);
  if (!json) await checkParquet(path, size);
  const from = fromParquet(json ? await convertJson(path) : path);
  try {
    const columns = await describe({ sql: `SELECT * EXCLUDE (${rowNumber}) FROM ${from}` });
    const [row] = await allRows({ sql: `SELECT count(*) AS n FROM ${from}` });
    return { path, count: Number(row!.n), columns, from };
  } catch (cause) {
    throw new UserError(`cannot read '${path}': ${reasonOf(cause)}`, undefined, { cause });
  }
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw await noSuchFile(path);
  if (!found.isFile())
    throw new UserError(`'${path}' is a folder, expected a parquet or JSON-lines file`);
  return found.size;
}

async function noSuchFile(path: string): Promise<UserError> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => undefined);
  if (!names) return new UserError(`no such file '${path}': there is no folder '${folder}'`);
  const guess = closest(basename(path), names);
  const data = names.filter((name) => /\.(parquet|(jsonl|ndjson)(\.gz)?)$/i.test(name)).sort();
  const beside = data.length > 0 ? `; in that folder: ${data.slice(0, 8).join(', ')}` : '';
  return new UserError(`no such file '${path}'${beside}`, guess && `did you mean '${guess}'?`);
}

/** A parquet file begins and ends with `PAR1`. */
async function checkParquet(path: string, size: number): Promise<void> {
  const file = await open(path);
  try {
    const bytes = Buffer.alloc(4);
    await file.read(bytes, 0, 4, 0);
    const head = bytes.toString('latin1');
    await file.read(bytes, 0, 4, Math.max(0, size - 4));
    const tail = bytes.toString('latin1');
    if (head !== 'PAR1')
      throw new UserError(
        `'${path}' is not a parquet file: it begins with ${JSON.stringify(head)}, expected "PAR1"`,
        /^\s*[[{]/.test(head) ? 'JSON lines are read from files named .jsonl' : undefined,
      );
    if (tail !== 'PAR1')
      throw new UserError(`'${path}' is a parquet file that was cut short (its footer is missing)`);
  } finally {
    await file.close();
  }
}

/** Folders named `key=value` add no columns. */
function fromParquet(path: string): string {
  return `read_parquet(${quotePath(path)}, ${rowNumber} = true, hive_partitioning = false)`;
}
