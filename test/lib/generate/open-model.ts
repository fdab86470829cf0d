/** A micro model on the executor, with a text of its own: token 1000 is the letter of 1000 modulo 26. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOnnxExecutor } from '../../../lib/engine/onnx/executor.ts';
import { createGenerator } from '../../../lib/generate/generator.ts';
import type { Generator, PlainText } from '../../../lib/generate/generator.ts';
import type { Executor, Parameters } from '../../../lib/graph/executor.ts';
import { readConfig, type ModelConfig } from '../../../lib/model/config.ts';
import { loadWeights } from '../../../lib/model/weights.ts';

export interface OpenModel {
  executor: Executor;
  parameters: Parameters;
  config: ModelConfig;
  generator: Generator;
  close(): Promise<void>;
}

interface Greedy {
  cases: { prompt: number[]; out: number[]; logprobs: number[] }[];
}

export function greedyCases(family: string): Greedy['cases'] {
  const file = join(folderOf(family), 'greedy.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as Greedy).cases;
}

/** Nothing ends a completion but its length, unless `ends` says so. */
export async function openModel(
  family: string,
  { threads, ends = [] }: { threads: number; ends?: number[] },
): Promise<OpenModel> {
  const folder = folderOf(family);
  const config = await readConfig(folder);
  const executor = createOnnxExecutor({ threads });
  const parameters = await executor.parameters(await loadWeights(folder, config));
  const generator = createGenerator({ executor, parameters, config, text: letters, ends });
  return {
    ...{ executor, parameters, config, generator },
    async close() {
      await generator.close();
      await parameters.close();
    },
  };
}

function folderOf(family: string): string {
  return join(import.meta.dirname, '../../fixtures/parity', family);
}

export const letters: PlainText = {
  decode: (ids) => Array.from(ids, letterOf).join(''),
  id: () => undefined,
  special: {},
};

export function letterOf(id: number): string {
  return String.fromCharCode(97 + (id % 26));
}
