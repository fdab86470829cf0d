/** Runs graphs on onnxruntime: a session a thread, over weights that all threads share. */
import { listSupportedBackends } from 'onnxruntime-node';
import type { Executor, Parameters } from '../../graph/executor.ts';
import { createParameters } from './parameters.ts';
import type { OnnxParameters } from './parameters.ts';

export const onnxDevices = ['cpu', 'webgpu', 'cuda'] as const;
export type OnnxDevice = (typeof onnxDevices)[number];

export interface OnnxOptions {
  device?: OnnxDevice;
  /** Threads that work; the last bits of sums depend on their number. */
  threads: number;
}

export function createOnnxExecutor({ device = 'cpu', threads }: OnnxOptions): Executor {
  const known = new WeakMap<Parameters, OnnxParameters>();
  return {
    name: 'onnx',
    unavailable: () => Promise.resolve(unavailable(device)),
    parameters(weights, trained) {
      const parameters = createParameters(weights, { threads, device, trained });
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

function unavailable(device: OnnxDevice): string | undefined {
  if (device === 'cpu') return undefined;
  const bundled = listSupportedBackends().map((backend) => backend.name);
  if (!bundled.includes(device))
    return `onnxruntime has no ${device} here; it has ${bundled.join(', ')}`;
  return `training on ${device} is not built yet; use --device cpu`;
}
