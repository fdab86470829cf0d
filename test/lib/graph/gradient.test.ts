/** The gradient of every operation against central differences, computed by onnxruntime in float32. */
import { afterAll, expect, test } from 'vitest';
import { createOnnxExecutor } from '../../../lib/engine/onnx/executor.ts';
import type { Feeds, Parameters, Value } from '../../../lib/graph/executor.ts';
import { differentiate } from '../../../lib/graph/gradient.ts';
import * as ops from '../../../lib/graph/ops/index.ts';
import { constant, input, scalar } from '../../../lib/graph/tensor.ts';
import type { Dim, Tensor } from '../../../lib/graph/tensor.ts';
import { cases, lengths } from './gradient-cases.ts';
import type { Case } from './gradient-cases.ts';

const executor = createOnnxExecutor({ threads: 1 });
const weight = { data: Float32Array.of(1, -2, 3, 0.5), shape: [2, 2] };
const parameters: Parameters = await executor.parameters(new Map([['weight', weight]]));
afterAll(() => parameters.close());

for (const [op, list] of Object.entries(cases))
  list.forEach((example, i) => test(`${op} ${i + 1}`, () => compare(example, i + 1)));

test('what is for graphs that only infer refuses to be differentiated', () => {
  const x = input('x', 'float32', [2, 2]);
  const picked = ops.pick(x, constant([0, 1], [2, 1], 'int64'));
  expect(() => differentiate(ops.sum(picked), [x])).toThrow('pick has no gradient');
});

async function compare(
  { inputs, build, from = -0.75, fixed = [] }: Case,
  seed: number,
): Promise<void> {
  const symbols = inputs.map((shape, i) => input(`x${i}`, 'float32', shape));
  const y = build(...symbols);
  const draw = random(seed);
  const factors = input('factors', 'float32', y.shape);
  const loss = ops.sum(ops.mul(y, factors));
  const free = symbols.filter((_, i) => !fixed.includes(i));
  const gradients = differentiate(loss, free);
  const outputs = Object.fromEntries(free.map((x) => [`d.${nameOf(x)}`, gradients.get(x)!]));
  const feeds: Feeds = Object.fromEntries([
    ['factors', fill(y.shape, () => draw() * 2 - 1)],
    ...inputs.map((shape, i) => [`x${i}`, fill(shape, () => from + 1.5 * draw())] as const),
  ]);
  const program = await executor.compile({ outputs: { ...outputs, loss } }, parameters);
  const found = await program.run(feeds);
  for (const x of free) {
    const name = nameOf(x);
    const gradient = found[`d.${name}`]!;
    expect(gradient.shape).toEqual(feeds[name]!.shape);
    const expected = await differences(name, feeds, (changed) => program.run(changed));
    expected.forEach((value, k) =>
      expect(gradient.data[k], `${name}[${k}]`).toBeCloseTo(value, 2.3),
    );
  }
  await program.close();
}

async function differences(
  name: string,
  feeds: Feeds,
  run: (feeds: Feeds) => Promise<Record<string, Value>>,
): Promise<number[]> {
  const step = 2 ** -6;
  const at = async (k: number, change: number): Promise<number> => {
    const data = Float32Array.from(feeds[name]!.data as Float32Array);
    data[k]! += change;
    const { loss } = await run({ ...feeds, [name]: { data, shape: feeds[name]!.shape } });
    return loss!.data[0] as number;
  };
  const slopes: number[] = [];
  for (let k = 0; k < feeds[name]!.data.length; k++)
    slopes.push(((await at(k, step)) - (await at(k, -step))) / (2 * step));
  return slopes;
}

function nameOf(x: Tensor): string {
  return x.node.op === 'input' ? x.node.attributes.name : '';
}

function fill(shape: readonly Dim[], value: () => number): Value {
  const dims = shape.map((dim) => (typeof dim === 'number' ? dim : lengthOf(dim)));
  const size = dims.reduce((a, b) => a * b, 1);
  return { data: Float32Array.from({ length: size }, value), shape: dims };
}

/** Lengths of 'T', '2*T' and 'T+U+3'. */
function lengthOf(dim: string): number {
  return dim
    .split('+')
    .map((term) => term.split('*').reduce((product, f) => product * (lengths[f] ?? Number(f)), 1))
    .reduce((a, b) => a + b, 0);
}

/** Park and Miller's generator: numbers in [0, 1). */
function random(seed: number): () => number {
  let state = seed * 1_000_003;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

test('a gradient by what the loss does not depend on is left out', () => {
  const [x, y] = [input('x', 'float32', []), input('y', 'float32', [])];
  expect([...differentiate(ops.mul(x, scalar(2)), [x, y]).keys()]).toEqual([x]);
});
