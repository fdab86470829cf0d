/**
 * JSON lines are written to a temporary parquet file once, so that everything above reads one format,
 * lazily and in bounded memory.
 */
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { UserError } from '../errors.ts';
import { describe, quoteName, quotePath, quoteText, reasonOf, withConnection } from './duckdb.ts';

/** Whether a file holds JSON, by its name; `.gz` after it is unpacked on the way. */
export function isJson(path: string): boolean {
  return /\.(jsonl|ndjson|json)(\.gz)?$/i.test(path);
}

/** Whether each of its lines is a row. */
export function isLines(path: string): boolean {
  return /\.(jsonl|ndjson)(\.gz)?$/i.test(path);
}

export async function* textLines(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  const input = /\.gz$/i.test(path) ? file.pipe(createGunzip()) : file;
  file.on('error', (error) => input.destroy(error)); // A pipe does not hand errors on.
  try {
    yield* createInterface({ input, crlfDelay: Infinity });
  } finally {
    file.destroy();
    input.destroy();
  }
}

/** Converts a file; returns the path of the parquet file, which is removed when the process ends. */
export async function convertJson(path: string): Promise<string> {
  const target = temporaryFile();
  const json = `read_json(${quotePath(path)}, ${options}`;
  try {
    const columns = await describe({ sql: `SELECT * FROM ${json})` });
    const types = columns.map(({ name, type }) => `${quoteName(name)}: ${quoteText(asText(type))}`);
    const from = `${json}, columns = {${types.join(', ')}})`;
    const copy = `COPY (SELECT * FROM ${from}) TO ${quoteText(target)} (FORMAT parquet)`;
    await withConnection((connection) => connection.run(copy));
  } catch (cause) {
    const why = (await firstBadLine(path)) ?? reasonOf(cause);
    throw new UserError(`cannot read '${path}' as JSON lines: ${why}`, undefined, { cause });
  }
  return target;
}

const options = [
  "format = 'auto'",
  'sample_size = -1',
  'map_inference_threshold = -1',
  'maximum_object_size = 268435456',
].join(', ');

/** A text that looks like a date or an id stays a text. */
function asText(type: string): string {
  return type.replaceAll(/\b(DATE|TIMESTAMP|TIME|UUID)\b(?=\[|\)|,|$)/g, 'VARCHAR');
}

/** The first line that is not JSON; DuckDB's own line numbers are off by one for some errors. */
async function firstBadLine(path: string): Promise<string | undefined> {
  let number = 0;
  try {
    for await (const line of textLines(path)) {
      number++;
      if (line.trim() !== '') JSON.parse(line);
    }
    return undefined;
  } catch (error) {
    return `line ${number}: ${(error as Error).message}`;
  }
}

let folder: string | undefined;
let converted = 0;

/** In a folder readable by its owner alone. */
function temporaryFile(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'rewardlab-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return join(folder, `${converted++}.parquet`);
}
