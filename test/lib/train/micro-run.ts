/** A micro reward model and micro preference data, made by a seed in a folder of a test's own. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Row } from '../../../lib/data/rows.ts';
import { writeParquet } from '../../../lib/data/write.ts';
import type { Value } from '../../../lib/graph/executor.ts';
import { parseConfig } from '../../../lib/model/config.ts';
import { expectedShapes } from '../../../lib/model/shapes.ts';
import { writeTensors } from '../../../lib/model/write-safetensors.ts';
import type { TrainEvent } from '../../../lib/train/job.ts';
import { qwen3 } from '../model/micro-model.ts';
import { writeMicroTokenizer } from '../text/micro-tokenizer.ts';

export interface MicroRun {
  folder: string;
  model: string;
  train: string;
  validation: string;
}

const config = {
  ...qwen3,
  architectures: ['Qwen3ForSequenceClassification'],
  id2label: { 0: 'LABEL_0' },
  dtype: 'float32',
  hidden_size: 32,
  head_dim: 8,
  intermediate_size: 48,
};

/** Writes a model of two layers and 20 + 7 pairs, which make an epoch of five steps of 4. */
export async function microRun(folder: string): Promise<MicroRun> {
  const model = join(folder, 'model');
  await mkdir(model, { recursive: true });
  await writeMicroTokenizer(model);
  await writeFile(join(model, 'config.json'), JSON.stringify(config));
  const shapes = expectedShapes(parseConfig(JSON.stringify(config), 'config.json'), 'reward');
  await writeTensors(join(model, 'model.safetensors'), randomWeights(shapes));
  const run = {
    folder,
    model,
    train: join(folder, 'train.parquet'),
    validation: join(folder, 'validation.parquet'),
  };
  await writeParquet(run.train, microPairs(20, 1));
  await writeParquet(run.validation, microPairs(7, 2));
  return run;
}

/** Pairs of texts in which the chosen answer says hello. */
export function microPairs(count: number, seed: number): Row[] {
  const random = xoroshiro128plus(seed);
  const words = ['hello', 'world', 'user', 'yes', 'no', 'perhaps'];
  const text = (): string =>
    Array.from({ length: uniformInt(random, 1, 6) }, () => words[uniformInt(random, 1, 5)]!).join(
      ' ',
    );
  return Array.from({ length: count }, () => {
    const prompt = text();
    return { chosen: `${prompt}: hello ${text()}`, rejected: `${prompt}: ${text()}` };
  });
}

/** The words of a command line for a micro run. */
export function microWords(run: MicroRun, ...more: string[]): string[] {
  return [
    'bradley-terry',
    ...['--model', run.model, '--train', run.train, '--validation', run.validation],
    ...['--learning-rate', '1e-2', '--batch-size', '4', '--threads', '2'],
    ...more,
  ];
}

/** Events without what differs between two runs of one job: times and paths. */
export function lasting(events: readonly TrainEvent[]): unknown[] {
  return events.map((event) => {
    if (event.type !== 'step') return event.type === 'end' ? { ...event, model: '' } : event;
    return { ...event, metrics: { ...event.metrics, seconds: 0, tokens_per_second: 0 } };
  });
}

export async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const event of events) list.push(event);
  return list;
}

export function randomWeights(shapes: ReadonlyMap<string, readonly number[]>): Map<string, Value> {
  const random = xoroshiro128plus(7);
  return new Map(
    [...shapes].map(([name, shape]) => {
      const length = shape.reduce((a, b) => a * b, 1);
      const norm = shape.length === 1;
      const data = Float32Array.from({ length }, () =>
        norm ? 1 : (uniformFloat64(random) - 0.5) * 0.4,
      );
      return [name, { data, shape }];
    }),
  );
}
