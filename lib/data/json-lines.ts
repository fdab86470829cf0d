/**
 * JSON lines are written to a temporary parquet file once, so that everything above reads one format,
 * lazily and in bounded memory.
 */
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../errors.ts';
import { describe, quoteName, quotePath, quoteText, reasonOf, withConnection } from './duckdb.ts';

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
  const input = createReadStream(path);
  let number = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      number++;
      if (line.trim() !== '') JSON.parse(line);
    }
    return undefined;
  } catch (error) {
    return `line ${number}: ${(error as Error).message}`;
  } finally {
    input.destroy();
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
