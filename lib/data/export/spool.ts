/**
 * Rows put aside on the disk, to be read again in another order: memory holds a number a row, so that what is
 * exported may be larger than memory.
 */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../errors.ts';
import type { Row } from '../cell.ts';
import { jsonLine } from '../write-rows.ts';

export interface Spool extends AsyncDisposable {
  /** Adds rows; they are numbered from 0. */
  add(rows: readonly Row[]): Promise<void>;
  /** The rows of these numbers, in their order. Nothing is added afterwards. */
  read(numbers: Iterable<number>): AsyncGenerator<Row>;
}

/** Bytes that are gathered before they are written. */
const block = 1 << 20;

export async function openSpool(): Promise<Spool> {
  const folder = await mkdtemp(join(tmpdir(), 'rewardlab-export-'));
  const file = await open(join(folder, 'rows.jsonl'), 'a+');
  const ends: number[] = [];
  let end = 0;
  let pending: Buffer[] = [];
  let waiting = 0;
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(pending);
    [pending, waiting] = [[], 0];
    await file.appendFile(bytes).catch((cause: unknown) => {
      throw new UserError(
        `cannot put rows aside in '${folder}': ${(cause as Error).message}`,
        'TMPDIR names a folder with more room',
        { cause },
      );
    });
  };
  return {
    async add(rows) {
      for (const row of rows) {
        const bytes = Buffer.from(jsonLine(row));
        pending.push(bytes);
        waiting += bytes.length;
        ends.push((end += bytes.length));
      }
      if (waiting >= block) await flush();
    },
    async *read(numbers) {
      await flush();
      for (const number of numbers) {
        const begin = number === 0 ? 0 : ends[number - 1]!;
        const bytes = Buffer.alloc(ends[number]! - begin);
        await file.read(bytes, 0, bytes.length, begin);
        yield JSON.parse(bytes.toString()) as Row;
      }
    },
    async [Symbol.asyncDispose]() {
      await file.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
