/** What a thread does to its share of the flat buffers, in pieces that stay in the cache. */
import type { InferenceSession } from 'onnxruntime-node';
import { Tensor } from 'onnxruntime-node';
import { addSquaresGraph, adamWGraph, squaresGraph } from '../../graph/adamw.ts';
import type { Graph } from '../../graph/graph.ts';
import { inferenceModel } from './model.ts';
import type { Range, UpdatePart } from './messages.ts';
import { createSession } from './sessions.ts';

const piece = 65_536;

export interface Optimizer {
  /** Adds the other buffers to the first in a range; returns the sum of squares of the result. */
  combine(buffers: readonly Float32Array[], range: Range): Promise<number>;
  /** Makes its sessions, which the first step would have to wait for. */
  warm(): Promise<void>;
  /** An AdamW step over a range, in place. */
  update(memory: OptimizerMemory, part: UpdatePart): Promise<void>;
}

export interface OptimizerMemory {
  weights: Float32Array;
  gradient: Float32Array;
  first: Float32Array;
  second: Float32Array;
}

/** Always on the processor: the memory is there. */
export function createOptimizer(): Optimizer {
  const session = lazily(adamWGraph());
  const addSquares = lazily(addSquaresGraph());
  const squares = lazily(squaresGraph());
  return {
    async warm() {
      await Promise.all([session(), addSquares(), squares()]);
    },
    async combine([target, ...others], range) {
      let total = 0;
      for (const { start, end } of pieces(range)) {
        const a = view(target!, start, end);
        let sum: Tensor | undefined;
        for (const other of others) {
          const run = await addSquares();
          const results = await run.run(
            { a, b: view(other, start, end) },
            { sum: a, squares: null },
          );
          sum = results.squares;
        }
        sum ??= (await (await squares()).run({ a })).squares;
        total += (sum!.data as Float32Array)[0]!;
      }
      return total;
    },
    async update(memory, { scalars, range }) {
      const run = await session();
      const factors = Object.fromEntries(
        Object.entries(scalars).map(([k, v]) => [
          k,
          new Tensor('float32', Float32Array.of(v), [1]),
        ]),
      );
      for (const { start, end } of pieces(range)) {
        const [weights, first, second] = [memory.weights, memory.first, memory.second].map((flat) =>
          view(flat, start, end),
        ) as [Tensor, Tensor, Tensor];
        const gradient = view(memory.gradient, start, end);
        const feeds = { weights, first, second, gradient, ...factors };
        await run.run(feeds, { nextWeights: weights, nextFirst: first, nextSecond: second });
      }
    },
  };
}

function lazily(graph: Graph): () => Promise<InferenceSession> {
  let session: Promise<InferenceSession> | undefined;
  return () => (session ??= createSession(inferenceModel(graph).bytes));
}

function* pieces({ start, end }: Range): Generator<Range> {
  for (let at = start; at < end; at += piece) yield { start: at, end: Math.min(end, at + piece) };
}

function view(flat: Float32Array, start: number, end: number): Tensor {
  return new Tensor('float32', flat.subarray(start, end), [end - start]);
}
