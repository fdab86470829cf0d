/** What a step is fed beside its cache and its constants. */
import { Tensor } from 'onnxruntime-node';
import type { Tensors } from '../sessions.ts';

export interface FedRow {
  ids: readonly number[];
  /** Tokens in the cache. */
  length: number;
}

/** One row of each a sequence. */
export type StepFeeds = Tensors & { ids: Tensor };

/** Added to a score to hide it: its exponential is exactly 0. */
const hidden = -1e9;

/** Makes feeds of rows over caches of so many places. */
export function createFeeds(
  temperature: number,
): (rows: readonly FedRow[], places: number) => StepFeeds {
  const inverse = temperature > 0 ? 1 / temperature : 1;
  const inverseTemperature = new Tensor('float32', Float32Array.of(inverse), []);
  return (rows, places) => {
    const count = rows.length;
    const mask = new Float32Array(count * (places + 1));
    rows.forEach(({ length }, r) => {
      const start = r * (places + 1);
      mask.fill(hidden, start + length, start + places);
    });
    const ids = Int32Array.from(rows, (row) => row.ids.at(-1)!);
    const positions = BigInt64Array.from(rows, ({ length }) => BigInt(length));
    return {
      inverseTemperature,
      ids: new Tensor('int32', ids, [count]),
      positions: new Tensor('int64', positions, [count, 1]),
      mask: new Tensor('float32', mask, [count, 1, 1, 1, places + 1]),
      lengths: new Tensor('int64', BigInt64Array.of(BigInt(places), 1n), [2]),
    };
  };
}
