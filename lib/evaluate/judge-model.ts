/** A language model of a folder, to be asked for verdicts. */
import { availableParallelism } from 'node:os';
import { createGenerator } from '../generate/generator.ts';
import { readConfig } from '../model/config.ts';
import { loadWeights } from '../model/weights.ts';
import { loadEncoder } from '../text/encoder.ts';
import { findLocalEngine } from '../worker/find-engine.ts';
import type { JudgeModel } from './ask.ts';

export interface JudgePlace {
  engine?: string;
  device?: string;
  threads?: number;
}

/** Loads a causal model. */
export async function openJudge(
  folder: string,
  place: JudgePlace = {},
): Promise<JudgeModel & AsyncDisposable> {
  const engine = findLocalEngine(place.engine ?? 'onnx');
  const { device = engine.devices[0]!, threads = availableParallelism() } = place;
  const [config, text] = await Promise.all([readConfig(folder), loadEncoder(folder)]);
  const executor = await engine.executor!({ device, threads });
  const parameters = await executor.parameters(await loadWeights(folder, config));
  const generator = createGenerator({ executor, parameters, config, text });
  return {
    text,
    positions: config.maxPositions,
    generate: (prompts, sampling) => generator.generate(prompts, sampling),
    async [Symbol.asyncDispose]() {
      await generator.close();
      await parameters.close();
    },
  };
}
