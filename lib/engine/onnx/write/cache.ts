/**
 * Keys and values of the sequences that a thread writes, one row each. Rows in use are the first ones and
 * as long as the longest of them needs, in steps of `granule`, so that what a row computes has the same
 * bits whatever lies beside it.
 */
import { Tensor } from 'onnxruntime-node';
import type { Step, Value } from '../../../graph/executor.ts';
import type { Tensors } from '../sessions.ts';

const granule = 64;

export interface Cache {
  /** Places of a row. */
  readonly places: number;
  /** Makes rows just long enough for so many tokens; `lengths` of the rows in use stay. */
  fit(tokens: number, lengths: readonly number[]): void;
  /** A prompt's keys and values, some tokens of [heads, T, width] of every layer, into a row. */
  fill(row: number, read: Readonly<Record<string, Value>>, where: Where): void;
  /** One token's keys and values, row `from` of `fresh`, to a place of a row. */
  put(row: number, place: number, fresh: Float32Array): void;
  move(from: number, to: number): void;
  /** The first rows as the step's inputs. */
  tensors(rows: number): Tensors;
}

export interface Where {
  from: number;
  tokens: number;
}

interface Layer {
  keys: Float32Array;
  values: Float32Array;
}

export function createCache(step: Pick<Step, 'layers' | 'heads' | 'width'>, rows: number): Cache {
  const { layers, heads, width } = step;
  let places = 0;
  let stored: Layer[] = [];
  let views: { rows: number; tensors: Tensors } | undefined;
  const rowSize = (): number => heads * width * places;
  const allocate = (): Layer[] =>
    Array.from({ length: layers }, () => ({
      keys: new Float32Array(rows * rowSize()),
      values: new Float32Array(rows * rowSize()),
    }));
  return {
    get places() {
      return places;
    },
    fit(tokens, lengths) {
      const next = Math.max(1, Math.ceil(tokens / granule)) * granule;
      if (next === places) return;
      const [before, had] = [stored, places];
      places = next;
      stored = allocate();
      views = undefined;
      stored.forEach((layer, l) =>
        moveAll(before[l], layer, { had, places, heads, width, lengths }),
      );
    },
    fill(row, read, { from, tokens }) {
      stored.forEach(({ keys, values }, l) => {
        const pairs = [
          [keys, read[`keys.${l}`]!],
          [values, read[`values.${l}`]!],
        ] as const;
        for (const [flat, { data, shape }] of pairs) {
          for (let head = 0; head < heads; head++) {
            const start = (head * shape[1]! + from) * width;
            const own = (data as Float32Array).subarray(start, start + tokens * width);
            flat.set(own, (row * heads + head) * width * places);
          }
        }
      });
    },
    put(row, place, fresh) {
      let from = row * layers * 2 * heads * width;
      for (const { keys, values } of stored)
        for (const flat of [keys, values])
          for (let head = 0; head < heads; head++) {
            const at = ((row * heads + head) * places + place) * width;
            for (let i = 0; i < width; i++) flat[at + i] = fresh[from++]!;
          }
    },
    move(from, to) {
      const size = rowSize();
      for (const { keys, values } of stored)
        for (const flat of [keys, values])
          flat.copyWithin(to * size, from * size, (from + 1) * size);
    },
    tensors(count) {
      if (views?.rows === count) return views.tensors;
      const tensors: Tensors = {};
      stored.forEach(({ keys, values }, l) => {
        const used = count * rowSize();
        const shape = [count, heads, 1, places, width];
        tensors[`keys.${l}`] = new Tensor('float32', keys.subarray(0, used), shape);
        tensors[`values.${l}`] = new Tensor('float32', values.subarray(0, used), shape);
      });
      views = { rows: count, tensors };
      return tensors;
    },
  };
}

interface Move {
  had: number;
  places: number;
  heads: number;
  width: number;
  lengths: readonly number[];
}

function moveAll(
  from: Layer | undefined,
  to: Layer,
  { had, places, heads, width, lengths }: Move,
): void {
  if (!from) return;
  lengths.forEach((length, row) => {
    for (let head = row * heads; head < (row + 1) * heads; head++)
      for (const which of ['keys', 'values'] as const) {
        const old = head * width * had;
        to[which].set(from[which].subarray(old, old + length * width), head * width * places);
      }
  });
}
