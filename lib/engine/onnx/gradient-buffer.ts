/**
 * One thread's gradient. Nothing is cleared before a step: what a step touches first starts from a
 * broadcast zero, and only what it left untouched is zeroed.
 */
import { Tensor } from 'onnxruntime-node';
import type { SessionPlan, Weight } from './messages.ts';
import { slotTensor } from './sessions.ts';
import type { Tensors } from './sessions.ts';

export interface GradientBuffer {
  readonly flat: Float32Array;
  begin(): void;
  /** Accumulators of a run: what it is fed, and the same memory as what it writes. */
  bind(plan: SessionPlan): { feeds: Tensors; fetches: Tensors };
  /** Adds a run's rows, e.g. the gradient of an embedding. */
  scatter(plan: SessionPlan, results: Tensors): void;
  end(): void;
  /** Others have added to it. */
  spoil(): void;
}

export function createGradientBuffer(
  flat: Float32Array,
  weights: readonly Weight[],
): GradientBuffer {
  const byName = new Map(weights.map((weight) => [weight.name, weight]));
  /** Weights written in this step, and those that may hold something of an earlier one. */
  const fresh = new Set<string>();
  const dirty = new Set<string>();
  const clear = (name: string): void => {
    const { offset, size } = byName.get(name)!;
    if (dirty.has(name)) flat.fill(0, offset, offset + size);
  };
  const touch = (name: string): void => {
    fresh.add(name);
    dirty.add(name);
  };
  return {
    flat,
    begin: () => fresh.clear(),
    bind(plan) {
      const feeds: Tensors = {};
      const fetches: Tensors = {};
      for (const slot of plan.accumulators) {
        const isNew = slot.parts.every((name) => !fresh.has(name));
        if (!isNew) for (const name of slot.parts) if (!fresh.has(name)) clear(name);
        fetches[slot.output] = slotTensor(flat, slot);
        feeds[slot.input] = isNew ? broadcastZero(slot.shape.length) : fetches[slot.output]!;
        slot.parts.forEach(touch);
      }
      return { feeds, fetches };
    },
    scatter(plan, results) {
      for (const { rows, ids, offset, weight } of plan.sparse) {
        if (!fresh.has(weight)) clear(weight);
        touch(weight);
        addRows(flat.subarray(offset), results[rows]!, results[ids]!);
      }
    },
    end() {
      for (const name of dirty) {
        if (fresh.has(name)) continue;
        clear(name);
        dirty.delete(name);
      }
    },
    spoil: () => weights.forEach(({ name }) => dirty.add(name)),
  };
}

function broadcastZero(rank: number): Tensor {
  return new Tensor('float32', new Float32Array(1), new Array<number>(rank).fill(1));
}

function addRows(table: Float32Array, rows: Tensor, ids: Tensor): void {
  const values = rows.data as Float32Array;
  const width = rows.dims.slice(1).reduce((a, b) => a * b, 1);
  const indices = ids.data as ArrayLike<number | bigint>;
  let from = 0;
  for (let r = 0; r < indices.length; r++) {
    const to = Number(indices[r]) * width;
    for (let j = 0; j < width; j++) table[to + j]! += values[from++]!;
  }
}
