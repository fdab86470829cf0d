/** The engines that ship, in the order of help. */
import type { Engine } from './engine.ts';
import { onnxEngine } from './onnx.ts';
import { rayEngine } from './ray.ts';

export const engines: readonly Engine[] = [onnxEngine, rayEngine];
