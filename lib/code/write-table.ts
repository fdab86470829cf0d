/** Writes a table of rows that are made on the way; what their making throws comes through as it is. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Row } from '../data/rows.ts';
import { writeParquet, type Schema } from '../data/write.ts';

/** Makes the folder. Returns the row count. */
export async function writeTable(
  path: string,
  rows: AsyncIterable<Row>,
  schema?: Schema,
): Promise<number> {
  let thrown: { error: unknown } | undefined;
  const watched = async function* (): AsyncGenerator<Row> {
    try {
      yield* rows;
    } catch (error) {
      thrown = { error };
      throw error;
    }
  };
  await mkdir(dirname(path), { recursive: true });
  try {
    return await writeParquet(path, watched(), schema);
  } catch (error) {
    throw thrown ? thrown.error : error;
  }
}
