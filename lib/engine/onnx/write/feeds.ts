/** What a step is fed beside its cache and its constants. */
import { Tensor } from 'onnxruntime-node';
import type { Tensors } from '../sessions.ts';

export interface FedRow {
  ids: readonly number[];
  /** Tokens in the cache. */
  length: number;
  /** Where they begin after a prompt that lies apart. */
  prompt?: { readonly tokens: number };
}

/** How many places the cache has, and a prompt that lies apart. */
export interface Room {
  places: number;
  ofPrompt: number;
}

/** Added to a score to hide it: its exponential is exactly 0. */
const hidden = -1e9;

/** Makes feeds of rows over caches of so many places. */
export function createFeeds(temperature: number): (rows: readonly FedRow[], room: Room) => Tensors {
  const inverse = temperature > 0 ? 1 / temperature : 1;
  const inverseTemperature = new Tensor('float32', Float32Array.of(inverse), []);
  return (rows, { places, ofPrompt }) => {
    const count = rows.length;
    const width = ofPrompt + places + 1;
    const mask = new Float32Array(count * width);
    rows.forEach(({ length, prompt }, r) => {
      const start = r * width;
      const own = start + ofPrompt;
      mask.fill(hidden, start + (prompt?.tokens ?? 0), own);
      mask.fill(hidden, own + length, own + places);
    });
    const ids = Int32Array.from(rows, (row) => row.ids.at(-1)!);
    const positions = BigInt64Array.from(rows, ({ length, prompt }) =>
      BigInt((prompt?.tokens ?? 0) + length),
    );
    const lengths = [...(ofPrompt > 0 ? [ofPrompt] : []), places, 1];
    return {
      inverseTemperature,
      ids: new Tensor('int32', ids, [count]),
      positions: new Tensor('int64', positions, [count, 1]),
      mask: new Tensor('float32', mask, [count, 1, 1, 1, width]),
      lengths: new Tensor('int64', BigInt64Array.from(lengths, BigInt), [lengths.length]),
    };
  };
}
