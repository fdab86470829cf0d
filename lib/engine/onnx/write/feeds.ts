/** What a step is fed beside its cache. */
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

/** Makes feeds of rows over caches of so many places. They are valid until the next are made. */
export function createFeeds(
  temperature: number,
  windows: readonly number[],
): (rows: readonly FedRow[], room: Room) => Tensors {
  const inverse = temperature > 0 ? 1 / temperature : 1;
  const inverseTemperature = new Tensor('float32', Float32Array.of(inverse), []);
  let form: (Room & { count: number; feeds: Feeds }) | undefined;
  return (rows, { places, ofPrompt }) => {
    const count = rows.length;
    if (form?.count !== count || form.places !== places || form.ofPrompt !== ofPrompt) {
      const room = { places, ofPrompt };
      form = { ...room, count, feeds: allocate(count, room, windows) };
    }
    const { ids, positions, masks, tensors } = form.feeds;
    rows.forEach((row, r) => {
      ids[r] = row.ids.at(-1)!;
      positions[r] = BigInt((row.prompt?.tokens ?? 0) + row.length);
    });
    for (const { mask, window } of masks) hide(mask, rows, form, window);
    return { ...tensors, inverseTemperature };
  };
}

/** Memory of feeds, and the tensors over it. */
interface Feeds {
  ids: Int32Array;
  positions: BigInt64Array;
  masks: { mask: Float32Array; window: number }[];
  tensors: Tensors;
}

function allocate(count: number, { places, ofPrompt }: Room, windows: readonly number[]): Feeds {
  const width = ofPrompt + places + 1;
  const ids = new Int32Array(count);
  const positions = new BigInt64Array(count);
  const lengths = BigInt64Array.from([...(ofPrompt > 0 ? [ofPrompt] : []), places, 1], BigInt);
  const masks = [Infinity, ...windows].map((window) => {
    const mask = new Float32Array(count * width);
    const name = window === Infinity ? 'mask' : `mask.${window}`;
    return { mask, window, name, tensor: new Tensor('float32', mask, [count, 1, 1, 1, width]) };
  });
  return {
    ...{ ids, positions, masks },
    tensors: {
      ids: new Tensor('int32', ids, [count]),
      positions: new Tensor('int64', positions, [count, 1]),
      lengths: new Tensor('int64', lengths, [lengths.length]),
      ...Object.fromEntries(masks.map(({ name, tensor }) => [name, tensor])),
    },
  };
}

/** Hides places that hold nothing, and those of tokens that lie `window` or more before the new one. */
function hide(
  mask: Float32Array,
  rows: readonly FedRow[],
  { places, ofPrompt }: Room,
  window: number,
): void {
  const width = ofPrompt + places + 1;
  mask.fill(0);
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
}
