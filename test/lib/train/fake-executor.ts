/**
 * An executor that computes no graph: parameters move by a fixed arithmetic over what they were fed, so
 * that every step depends on all steps before it.
 */
import type {
  Executor,
  OptimizerState,
  Parameters,
  Value,
  Work,
} from '../../../lib/graph/executor.ts';
import type { Graph } from '../../../lib/graph/graph.ts';

export interface FakeExecutor extends Executor {
  /** Learning rates of the updates so far. */
  readonly rates: number[];
}

export function fakeExecutor(): FakeExecutor {
  const rates: number[] = [];
  const graphs = new WeakMap<object, Graph>();
  return {
    name: 'fake',
    rates,
    unavailable: () => Promise.resolve(undefined),
    parameters: (weights) => Promise.resolve(fakeParameters(weights, { rates, graphs })),
    compile: (graph) => {
      const program = { run: () => Promise.resolve({}), close: () => Promise.resolve() };
      graphs.set(program, graph);
      return Promise.resolve(program);
    },
  };
}

interface Shared {
  rates: number[];
  graphs: WeakMap<object, Graph>;
}

function fakeParameters(
  weights: ReadonlyMap<string, Value>,
  { rates, graphs }: Shared,
): Parameters {
  const own = new Map(
    [...weights].map(([name, { data, shape }]) => [name, { data: data.slice(), shape }]),
  );
  const moments: OptimizerState['moments'] = new Map();
  const first = [...own.values()][0]!.data as Float32Array;
  let step = 0;
  let gradient = 0;
  const outputs = ({ program, feeds }: Work): Record<string, Value> => {
    const fed = Object.values(feeds)
      .flatMap(({ data }) => Array.from(data, Number))
      .reduce((hash, value) => (hash * 31 + value) % 9973, 7);
    const names = Object.keys(graphs.get(program)!.outputs);
    return Object.fromEntries(
      names.map((name, i) => [
        name,
        { data: Float32Array.of((fed / 9973 + i) * (1 + first[0]!) + first[1]!), shape: [] },
      ]),
    );
  };
  const run = (work: readonly Work[]): Promise<Record<string, Value>[]> =>
    Promise.resolve(work.map(outputs));
  return {
    async accumulate(work) {
      const results = await run(work);
      gradient = results.reduce((sum, { loss }) => sum + Number(loss!.data[0]), 0);
      return results;
    },
    evaluate: run,
    update({ learningRate }) {
      rates.push(learningRate);
      step++;
      const moment = moments.get('m') ?? {
        first: { data: new Float32Array(1), shape: [1] },
        second: { data: new Float32Array(1), shape: [1] },
      };
      const next = 0.9 * Number(moment.first.data[0]) + gradient;
      moment.first.data[0] = next;
      moments.set('m', moment);
      first[0]! -= learningRate * next;
      first[1]! += learningRate * gradient;
      return Promise.resolve({ gradNorm: Math.abs(gradient) });
    },
    gradients: () => Promise.resolve(new Map()),
    read: () => Promise.resolve(own),
    optimizer: () => Promise.resolve({ step, moments }),
    restore(state) {
      step = state.step;
      for (const [name, moment] of state.moments) moments.set(name, moment);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
