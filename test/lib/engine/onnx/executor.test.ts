/** The executor's own promises: same bits, stale gradients, stacked weights, resuming, refusing. */
import { expect, test } from 'vitest';
import { createOnnxExecutor } from '../../../../lib/engine/onnx/executor.ts';
import type { Feeds, Parameters, Program, Value, Work } from '../../../../lib/graph/executor.ts';
import { differentiate } from '../../../../lib/graph/gradient.ts';
import type { Graph } from '../../../../lib/graph/graph.ts';
import { gather, linear, mul, square, sum } from '../../../../lib/graph/ops/index.ts';
import { input, parameter, stackedParameters } from '../../../../lib/graph/tensor.ts';
import type { Tensor } from '../../../../lib/graph/tensor.ts';

const rule = {
  learningRate: 0.1,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0.01,
  maxGradNorm: 1,
} as const;
const ids = (...data: number[]): Feeds => ({
  ids: { data: Int32Array.from(data), shape: [data.length] },
});
const x = (...data: number[]): Value => ({
  data: Float32Array.from(data),
  shape: [1, data.length],
});
const ones = (...shape: number[]): Value => {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1);
  return { data, shape };
};

/** Two tables, and the sum of the squares of rows of one. */
const tables = () =>
  new Map([
    ['a', ones(4, 2)],
    ['b', ones(4, 2)],
    ['gain', ones(2)],
  ]);
function rowsOf(name: 'a' | 'b'): Graph {
  const table = parameter(name, [4, 2]);
  const rows = mul(gather(table, input('ids', 'int32', ['R'])), parameter('gain', [2]));
  return training(sum(square(rows)), [table]);
}
function inference(name: 'a' | 'b'): Graph {
  return { outputs: rowsOf(name).outputs };
}
function training(loss: Tensor, by: Tensor[]): Graph {
  return { outputs: { loss }, gradients: differentiate(loss, by) };
}
const work = (program: Program, ...feeds: Feeds[]): Work[] =>
  feeds.map((fed, i) => ({ program, feeds: fed, tokens: i + 1 }));

async function using(
  weights: Map<string, Value>,
  threads: number,
  act: (parameters: Parameters, compile: (graph: Graph) => Promise<Program>) => Promise<void>,
  trained?: ReadonlySet<string>,
): Promise<void> {
  const executor = createOnnxExecutor({ threads });
  const parameters = await executor.parameters(weights, trained);
  try {
    await act(parameters, (graph) => executor.compile(graph, parameters));
  } finally {
    await parameters.close();
  }
}

test('rows that are read twice get both gradients, over all threads', () =>
  using(tables(), 3, async (parameters, compile) => {
    const program = await compile(rowsOf('a'));
    const outputs = await parameters.accumulate(work(program, ids(1, 1), ids(1), ids(3, 0, 3)));
    expect(outputs.map(({ loss }) => loss!.data[0])).toEqual([4, 2, 6]);
    const gradients = await parameters.gradients();
    expect([...gradients.get('a')!.data]).toEqual([2, 2, 6, 6, 0, 0, 4, 4]);
  }));

test('an accumulation replaces the one before, whatever it touches', () =>
  using(tables(), 2, async (parameters, compile) => {
    const [a, b] = [await compile(rowsOf('a')), await compile(rowsOf('b'))];
    await parameters.accumulate(work(a, ids(0), ids(1), ids(2)));
    await parameters.accumulate([...work(b, ids(0)), ...work(a, ids(3))]);
    const gradients = await parameters.gradients();
    expect([...gradients.get('a')!.data]).toEqual([0, 0, 0, 0, 0, 0, 2, 2]);
    expect([...gradients.get('b')!.data]).toEqual([2, 2, 0, 0, 0, 0, 0, 0]);
    await parameters.accumulate(work(b, ids(1)));
    expect([...(await parameters.gradients()).get('a')!.data]).toEqual(new Array(8).fill(0));
  }));

test('evaluation returns the same outputs and leaves the gradient alone', () =>
  using(tables(), 2, async (parameters, compile) => {
    const program = await compile(rowsOf('a'));
    const all = work(program, ids(0), ids(1, 2), ids(3));
    const outputs = await parameters.accumulate(all);
    const before = await parameters.gradients();
    expect(await parameters.evaluate(all)).toEqual(outputs);
    expect(await program.run(ids(1, 2))).toEqual(outputs[1]);
    expect(await parameters.gradients()).toEqual(before);
  }));

test('a resumed optimiser goes on with the same bits', async () => {
  const steps = async (parameters: Parameters, program: Program, count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      await parameters.accumulate(work(program, ids(i % 4), ids(2, 2), ids(0, 1)));
      await parameters.update({ ...rule, learningRate: 0.1 / (i + 1) });
    }
  };
  await using(tables(), 2, async (parameters, compile) => {
    await steps(parameters, await compile(rowsOf('a')), 3);
    const [weights, optimizer] = [await parameters.read(), await parameters.optimizer()];
    expect(optimizer.step).toBe(3);
    await steps(parameters, await compile(rowsOf('a')), 2);
    await using(weights, 2, async (resumed, compileAgain) => {
      await resumed.restore(optimizer);
      await steps(resumed, await compileAgain(rowsOf('a')), 2);
      expect(await resumed.read()).toEqual(await parameters.read());
      expect(await resumed.optimizer()).toEqual(await parameters.optimizer());
    });
  });
});

test('what is not trained has no gradient and no moments, and stays', () => {
  const frozen = async (parameters: Parameters, compile: (graph: Graph) => Promise<Program>) => {
    const named = async () => [
      [...(await parameters.read()).keys()],
      [...(await parameters.optimizer()).moments.keys()],
    ];
    expect(await named()).toEqual([['b'], ['b']]);
    const [a, b] = [await compile(inference('a')), await compile(rowsOf('b'))];
    await parameters.accumulate(work(b, ids(0), ids(1)));
    await parameters.update({ ...rule, weightDecay: 0.5 });
    expect(await named()).toEqual([['b'], ['b']]);
    expect([...(await parameters.gradients()).keys()]).toEqual(['b']);
    expect((await a.run(ids(0))).loss!.data[0]).toBe(2);
    expect((await parameters.read()).get('b')!.data[0]).toBeLessThan(0.9);
  };
  return using(tables(), 2, frozen, new Set(['b']));
});

test('clips the norm, decays matrices only, and takes a learning rate of 0', () =>
  using(tables(), 2, async (parameters, compile) => {
    await parameters.accumulate(work(await compile(rowsOf('a')), ids(0, 0)));
    const { gradNorm } = await parameters.update({ ...rule, learningRate: 0 });
    expect(gradNorm).toBeCloseTo(Math.hypot(4, 4), 6);
    expect([...(await parameters.read()).get('a')!.data]).toEqual(new Array(8).fill(1));
    await parameters.update({ ...rule, weightDecay: 0.5 });
    const weights = await parameters.read();
    expect(weights.get('b')!.data[0]).toBeCloseTo(1 - 0.1 * 0.5, 6);
    expect(weights.get('gain')!.data[0]).toBe(1);
  }));

test('stacked weights are one in the graph and apart outside', () => {
  const weights = new Map([
    ['q', ones(1, 2)],
    ['bias', ones(3)],
    ['k', ones(2, 2)],
  ]);
  return using(weights, 1, async (parameters, compile) => {
    const parts = [
      { name: 'q', shape: [1, 2] },
      { name: 'k', shape: [2, 2] },
    ];
    const both = stackedParameters(parts);
    const loss = sum(square(linear(input('x', 'float32', ['T', 2]), both)));
    await parameters.restore({ ...(await parameters.optimizer()), step: 7 });
    await parameters.accumulate(work(await compile(training(loss, [both])), { x: x(1, 2) }));
    const gradients = await parameters.gradients();
    expect([...gradients.get('q')!.data]).toEqual([6, 12]);
    expect([...gradients.get('k')!.data]).toEqual([6, 12, 6, 12]);
    expect(await parameters.optimizer()).toMatchObject({ step: 7 });
    const reversed = sum(
      linear(input('x', 'float32', ['T', 2]), stackedParameters(parts.reverse())),
    );
    const late = await compile({ outputs: { reversed } });
    await expect(late.run({ x: x(1, 2) })).rejects.toThrow('do not lie together');
  });
});

test('a bad feed fails its work, and the next work runs', () =>
  using(tables(), 2, async (parameters, compile) => {
    const program = await compile(rowsOf('a'));
    await expect(program.run({})).rejects.toThrow("'ids' was not fed");
    await expect(program.run(ids(9))).rejects.toThrow(/out of data bounds|indices/);
    expect((await program.run(ids(1))).loss!.data[0]).toBe(2);
    await expect(parameters.accumulate([])).rejects.toThrow('no work');
    await program.close();
  }));
