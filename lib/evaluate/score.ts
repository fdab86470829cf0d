/** Rewards written beside the rows that they are of. */
import { resolve } from 'node:path';
import { openRows, type Row } from '../data/rows.ts';
import { checkOutput, writeRows } from '../data/write-rows.ts';
import { rowsWork, type RowsWorkOptions } from '../rows-work.ts';
import { RewardModel, type LoadModelOptions, type Scorable } from '../worker/reward-model.ts';
import { scoredColumns, type ScoredColumns } from './scored-columns.ts';

export interface ScoreOptions extends LoadModelOptions, RowsWorkOptions {
  /** Folder of a reward model. */
  model: string;
  /** Parquet or JSON-lines files. */
  data: string | readonly string[];
  /** A `.parquet` or `.jsonl` file to write. */
  output: string;
}

export interface Scored {
  output: string;
  rows: number;
  /** The columns that were added. */
  columns: readonly string[];
  /** Reason to number of rows without a reward. */
  dropped: Record<string, number>;
}

/** Rows whose rewards are asked for at a time. */
const rowsPerRequest = 64;

/** Scores every row; the output appears whole or not at all. */
export async function score(options: ScoreOptions): Promise<Scored> {
  const { data, output } = options;
  const path = resolve(output);
  checkOutput(output);
  const rows = await openRows(typeof data === 'string' ? [data] : data);
  const columns = await scoredColumns(rows);
  const dropped: Record<string, number> = {};
  using work = rowsWork('scoring', options);
  await using model = await RewardModel.load(options.model, options);
  const scored = scoreRows(rows.scan(), { model, columns, dropped }, (done) =>
    work.report(done, rows.count),
  );
  const rewards = Object.fromEntries(columns.names.map((name) => [name, 'DOUBLE']));
  try {
    await writeRows(path, scored, { ...rows.columns, ...rewards });
  } catch (error) {
    work.signal?.throwIfAborted(); // A writer has words of its own for an interrupt.
    throw error;
  }
  return { output: path, rows: rows.count, columns: columns.names, dropped };
}

interface Scoring {
  model: RewardModel;
  columns: ScoredColumns;
  dropped: Record<string, number>;
}

async function* scoreRows(
  chunks: AsyncIterable<Row[]>,
  scoring: Scoring,
  progress: (done: number) => void,
): AsyncGenerator<Row> {
  let done = 0;
  for await (const chunk of chunks)
    for (let i = 0; i < chunk.length; i += rowsPerRequest) {
      const part = chunk.slice(i, i + rowsPerRequest);
      yield* await withRewards(part, done, scoring);
      done += part.length;
      progress(done);
    }
}

async function withRewards(
  rows: readonly Row[],
  from: number,
  { model, columns, dropped }: Scoring,
): Promise<Row[]> {
  const items: Scorable[] = [];
  const places = rows.map((row, i) => {
    const read = columns.read(row, from + i);
    if ('dropped' in read) {
      dropped[read.dropped] = (dropped[read.dropped] ?? 0) + 1;
      return undefined;
    }
    items.push(...read.items);
    return items.length - read.items.length;
  });
  const rewards = items.length > 0 ? await model.score(items) : [];
  return rows.map((row, i) => {
    const at = places[i];
    const own = columns.names.map((name, j) => [name, at === undefined ? null : rewards[at + j]!]);
    return { ...row, ...(Object.fromEntries(own) as Row) };
  });
}
