/** Writes rows as parquet, JSON lines or JSON, by the file's name; the file appears whole or not at all. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../errors.ts';
import type { Row } from './cell.ts';
import { writeParquet, type Schema } from './write.ts';

/** Refuses a name that says neither format. */
export function checkOutput(path: string): void {
  if (!['.parquet', '.jsonl'].includes(extname(path)))
    throw new UserError(`--output: expected a .parquet or .jsonl file, got '${path}'`);
}

/** The schema is inferred for parquet where none is given. A `.json` file is one list of all rows. */
export async function writeRows(
  path: string,
  rows: Iterable<Row> | AsyncIterable<Row>,
  schema?: Schema,
): Promise<void> {
  if (extname(path) === '.parquet') await writeParquet(path, rows, schema);
  else await writeText(path, extname(path) === '.json' ? jsonList(rows) : jsonLines(rows));
}

/** A line of JSON a row. */
export async function* jsonLines(rows: Iterable<Row> | AsyncIterable<Row>): AsyncGenerator<string> {
  for await (const row of rows) yield jsonLine(row);
}

/** A row as JSON and an end of line; whole numbers of 64 bits as JSON's own. */
export function jsonLine(row: Row): string {
  return `${JSON.stringify(row, plain)}\n`;
}

async function* jsonList(rows: Iterable<Row> | AsyncIterable<Row>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const row of rows) {
    yield before + jsonLine(row).trimEnd();
    before = ',\n';
  }
  yield before.startsWith('[') ? '[]\n' : '\n]\n';
}

async function writeText(path: string, text: AsyncIterable<string>): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await pipeline(Readable.from(text), createWriteStream(temporary));
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    if ((cause as NodeJS.ErrnoException).code === undefined) throw cause;
    throw new UserError(`cannot write '${path}': ${(cause as Error).message}`, undefined, {
      cause,
    });
  }
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
