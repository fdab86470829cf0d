/** The log-probability of the next token: its numbers, where they are extreme too. */
import { afterAll, expect, test } from 'vitest';
import { createOnnxExecutor } from '../../../lib/engine/onnx/executor.ts';
import * as ops from '../../../lib/graph/ops/index.ts';
import { constant, input } from '../../../lib/graph/tensor.ts';

const executor = createOnnxExecutor({ threads: 1 });
const parameters = await executor.parameters(new Map());
afterAll(() => parameters.close());

/** Rows of logits, made by weights that pick a column each. */
async function nextToken(logits: number[][], ids: number[]) {
  const width = logits[0]!.length;
  const identity = Array.from({ length: width ** 2 }, (_, i) => Number(i % (width + 1) === 0));
  const rows = input('rows', 'float32', ['R', width]);
  const found = ops.nextToken(
    rows,
    constant(identity, [width, width]),
    constant(ids, [ids.length], 'int64'),
  );
  const program = await executor.compile({ outputs: { ...found } }, parameters);
  const shape = [logits.length, width];
  const { logProbs, hits } = await program.run({
    rows: { data: Float32Array.from(logits.flat()), shape },
  });
  await program.close();
  return { logProbs: [...(logProbs!.data as Float32Array)], hits: [...hits!.data] };
}

test('log softmax, and whether no other id is likelier', async () => {
  const { logProbs, hits } = await nextToken(
    [
      [1, 2, 3],
      [1, 2, 3],
      [5, 5, -1],
    ],
    [2, 0, 1],
  );
  const wanted = [
    3 - Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)),
    1 - Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)),
    5 - Math.log(2 * Math.exp(5) + Math.exp(-1)),
  ];
  logProbs.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 6));
  expect(hits).toEqual([1, 0, 1]);
});

test('an id whose probability is too small for a float', async () => {
  const { logProbs, hits } = await nextToken([[300, -200, 0]], [1]);
  expect(logProbs).toEqual([-500]);
  expect(hits).toEqual([0]);
});
