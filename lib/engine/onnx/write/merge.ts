/**
 * Weights as a step has them: where low-rank products belong to them, these are added once for each state
 * of the weights, so that a step costs what it costs without.
 */
import { Tensor } from 'onnxruntime-node';
import { mergeGraph } from '../../../graph/low-rank.ts';
import type { Part } from '../messages.ts';
import { inferenceModel } from '../model.ts';
import { createSession, slotTensor } from '../sessions.ts';

export interface Merger {
  /** A part of the flat buffer itself, or a copy of it with the product added. */
  dataOf(part: Part): Promise<Float32Array>;
  close(): Promise<void>;
}

export function createMerger(flat: Float32Array, threads: number): Merger {
  const made: { session?: ReturnType<typeof createSession> } = {};
  const session = () =>
    (made.session ??= createSession(inferenceModel(mergeGraph()).bytes, { threads }));
  return {
    async dataOf({ offset, size, merge }) {
      if (!merge) return flat.subarray(offset, offset + size);
      const merged = new Float32Array(size);
      const feeds = {
        weight: slotTensor(flat, merge.weight),
        up: slotTensor(flat, merge.up),
        down: slotTensor(flat, merge.down),
        scale: new Tensor('float32', Float32Array.of(merge.scale), [1]),
      };
      const into = new Tensor('float32', merged, merge.weight.shape);
      await (await session()).run(feeds, { merged: into });
      return merged;
    },
    async close() {
      await (await made.session)?.release();
    },
  };
}
