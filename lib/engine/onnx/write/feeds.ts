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
export function createFeeds(
  temperature: number,
  windows: readonly number[],
): (rows: readonly FedRow[], room: Room) => Tensors {
  const inverse = temperature > 0 ? 1 / temperature : 1;
  const inverseTemperature = new Tensor('float32', Float32Array.of(inverse), []);
  return (rows, { places, ofPrompt }) => {
    const count = rows.length;
    const width = ofPrompt + places + 1;
    const shape = [count, 1, 1, 1, width];
    const mask = maskOf(rows, { places, ofPrompt });
    const near = windows.map((window) => [
      `mask.${window}`,
      new Tensor('float32', maskOf(rows, { places, ofPrompt }, window), shape),
    ]);
    const ids = Int32Array.from(rows, (row) => row.ids.at(-1)!);
    const positions = BigInt64Array.from(rows, ({ length, prompt }) =>
      BigInt((prompt?.tokens ?? 0) + length),
    );
    const lengths = [...(ofPrompt > 0 ? [ofPrompt] : []), places, 1];
    return {
      inverseTemperature,
      ids: new Tensor('int32', ids, [count]),
      positions: new Tensor('int64', positions, [count, 1]),
      mask: new Tensor('float32', mask, shape),
      ...(Object.fromEntries(near) as Tensors),
      lengths: new Tensor('int64', BigInt64Array.from(lengths, BigInt), [lengths.length]),
    };
  };
}

/** Hides places that hold nothing, and those of tokens that lie `window` or more before the new one. */
function maskOf(
  rows: readonly FedRow[],
  { places, ofPrompt }: Room,
  window = Infinity,
): Float32Array {
  const width = ofPrompt + places + 1;
  const mask = new Float32Array(rows.length * width);
  rows.forEach(({ length, prompt }, r) => {
    const start = r * width;
    const own = start + ofPrompt;
    const before = prompt?.tokens ?? 0;
    mask.fill(hidden, start + before, own);
    mask.fill(hidden, own + length, own + places);
    const far = Math.max(0, before + length - window + 1);
    mask.fill(hidden, start, start + Math.min(far, before));
    mask.fill(hidden, own, own + Math.max(0, far - before));
  });
  return mask;
}
