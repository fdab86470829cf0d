/** Runs graphs on onnxruntime: a session a thread, over weights that all threads share. */
import type { Executor, Parameters } from '../../graph/executor.ts';
import { createParameters } from './parameters.ts';
import type { OnnxParameters } from './parameters.ts';

export interface OnnxOptions {
  /** Threads that work; the last bits of sums depend on their number. */
  threads: number;
}

export function createOnnxExecutor({ threads }: OnnxOptions): Executor {
  const known = new WeakMap<Parameters, OnnxParameters>();
  return {
    name: 'onnx',
    unavailable: () => Promise.resolve(undefined),
    parameters(weights, trained) {
      const parameters = createParameters(weights, { threads, trained });
      known.set(parameters, parameters);
      return Promise.resolve(parameters);
    },
    compile(graph, parameters) {
      const own = known.get(parameters);
      if (!own) return Promise.reject(new Error("these parameters are another executor's"));
      return Promise.resolve().then(() => own.compile(graph));
    },
    writer(step, parameters) {
      const own = known.get(parameters);
      if (!own) return Promise.reject(new Error("these parameters are another executor's"));
      return Promise.resolve().then(() => own.writer(step));
    },
  };
}
