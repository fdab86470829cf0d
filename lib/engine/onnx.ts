/** onnxruntime on this machine: the graph of a step, differentiated, compiled and run. */
import { localEngine } from './local.ts';

export const onnxEngine = localEngine({
  name: 'onnx',
  summary: 'onnxruntime on this machine',
  devices: ['cpu'],
  async executor({ threads }) {
    const { createOnnxExecutor } = await import('./onnx/executor.ts');
    return createOnnxExecutor({ threads });
  },
});
