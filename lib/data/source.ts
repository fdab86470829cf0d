/**
 * One file as something DuckDB can select from. JSON lines are written to a temporary parquet file
 * once, so that everything above reads one format, lazily and in bounded memory.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { UserError, closest } from '../errors.ts';
import { allRows, describe, quoteName, quoteText, reasonOf, withConnection } from './duckdb.ts';
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
  const json = /^\.(jsonl|ndjson|json)$/i.test(extname(path));
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
  const data = names.filter((name) => /\.(parquet|jsonl|ndjson)$/i.test(name)).sort();
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

/** Glob characters stand for themselves; folders named `key=value` add no columns. */
function fromParquet(path: string): string {
  const literal = path.replaceAll(/[[*?]/g, (character) => `[${character}]`);
  return `read_parquet(${quoteText(literal)}, ${rowNumber} = true, hive_partitioning = false)`;
}

let folder: string | undefined;
let converted = 0;

/** Folder for converted files, readable by its owner alone, removed when the process ends. */
function temporaryFile(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'rewardlab-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return join(folder, `${converted++}.parquet`);
}

async function convertJson(path: string): Promise<string> {
  const target = temporaryFile();
  const json = `read_json(${quoteText(path.replaceAll(/[[*?]/g, (c) => `[${c}]`))}, ${jsonOptions}`;
  try {
    const columns = await describe({ sql: `SELECT * FROM ${json})` });
    const types = columns.map(({ name, type }) => `${quoteName(name)}: ${quoteText(asText(type))}`);
    const from = `${json}, columns = {${types.join(', ')}})`;
    await withConnection((c) =>
      c.run(`COPY (SELECT * FROM ${from}) TO ${quoteText(target)} (FORMAT parquet)`),
    );
  } catch (cause) {
    throw new UserError(`cannot read '${path}' as JSON lines: ${reasonOf(cause)}`, undefined, {
      cause,
    });
  }
  return target;
}

const jsonOptions = [
  "format = 'auto'",
  'sample_size = -1',
  'map_inference_threshold = -1',
  'maximum_object_size = 268435456',
].join(', ');

/** A text that looks like a date or an id stays a text. */
function asText(type: string): string {
  return type.replaceAll(/\b(DATE|TIMESTAMP|TIME|UUID)\b(?=\[|\)|,|$)/g, 'VARCHAR');
}
