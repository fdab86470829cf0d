/** Batches of a recipe that makes one example of a row: seeded order, epoch after epoch, resumable. */
import type { Row } from '../data/rows.ts';
import { shuffled } from '../data/order.ts';
import type { Batch, Example, Source } from './recipe.ts';
import type { RowReader } from './survey.ts';

/** Rows fetched at a time: one look into a file costs about as much for one row as for many. */
const rowsPerRead = 512;

/**
 * Training goes on for ever, each epoch in an order of its own; its last batch may be smaller.
 * Validation takes every row once, in the file's order.
 */
export async function* rowBatches<E extends Example>(
  source: Omit<Source<unknown>, 'options' | 'text' | 'policy'>,
  reader: RowReader<E>,
): AsyncGenerator<Batch & { examples: E[] }> {
  const { kept, batching, seed, split, state = {} } = source;
  let at = Number(state.at ?? 0);
  for (let epoch = Number(state.epoch ?? 0); kept.length > 0; epoch++, at = 0) {
    const places =
      split === 'train' && batching.shuffle ? shuffled(kept.length, seed, epoch) : undefined;
    const indices = places ? places.map((place) => kept[place]!) : kept;
    for await (const { rows, begin } of readAhead(source, reader, indices, at)) {
      for (let i = 0; i < rows.length; i += batching.batchSize) {
        const made = rows
          .slice(i, i + batching.batchSize)
          .map((row, j) => reader.example(row, indices[begin + i + j]!));
        const examples = made.map(({ example }) => example);
        const state = { epoch, at: begin + i + made.length };
        yield { examples, state, cut: made.filter(({ cut }) => cut).length };
      }
    }
    if (split === 'validation') return;
  }
}

/** Whole batches' worth of rows, the next of them being read while the last are used. */
async function* readAhead(
  { rows, batching }: Pick<Source<unknown>, 'rows' | 'batching'>,
  reader: RowReader,
  indices: Int32Array,
  from: number,
): AsyncGenerator<{ rows: Row[]; begin: number }> {
  const size = Math.max(1, Math.floor(rowsPerRead / batching.batchSize)) * batching.batchSize;
  const fetch = (begin: number): Promise<Row[]> | undefined => {
    if (begin >= indices.length) return undefined;
    const reading = rows.read(indices.subarray(begin, begin + size), reader.columns);
    reading.catch(() => undefined); // Thrown where it is awaited, which may be never.
    return reading;
  };
  let next = fetch(from);
  for (let begin = from; next; begin += size) {
    const found = await next;
    next = fetch(begin + size);
    yield { rows: found, begin };
  }
}
