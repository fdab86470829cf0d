/** onnxruntime on this machine: the graph of a step, differentiated, compiled and run. */
import type { OnnxDevice } from './onnx/executor.ts';
import { localEngine } from './local.ts';

export const onnxEngine = localEngine({
  name: 'onnx',
  summary: 'onnxruntime on this machine',
  devices: ['cpu', 'webgpu', 'cuda'] satisfies OnnxDevice[],
  async executor({ device, threads }) {
    const { createOnnxExecutor } = await import('./onnx/executor.ts');
    return createOnnxExecutor({ device: device as OnnxDevice, threads });
  },
});
