/** A reward model measured on preference pairs. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { UserError, unknownName } from '../errors.ts';
import { resolveModel } from '../model/hub.ts';
import { recipes } from '../recipe/index.ts';
import type { Job, Options } from '../train/job.ts';
import { trainingOptions } from '../train/options.ts';
import { findLocalEngine } from '../worker/find-engine.ts';
import { measureInWorker, type MeasureOptions } from '../worker/measure.ts';

export interface EvaluateOptions extends MeasureOptions {
  /** Folder of a trained model. */
  model: string;
  /** Parquet or JSON-lines files of preference pairs. */
  data: string | readonly string[];
  /** The recipe whose loss and metrics are wanted, with its default options. */
  recipe?: string;
  engine?: string;
  device?: string;
  threads?: number;
  /** Tokens that one conversation may have. */
  maxLength?: number;
  truncation?: 'left' | 'right' | 'drop';
}

export interface Evaluation {
  /** Share of pairs whose chosen answer has the higher reward. */
  accuracy: number;
  /** Mean Bradley–Terry loss. */
  loss: number;
  /** Mean of chosen minus rejected. */
  margin: number;
  mean_reward: number;
  /** Pairs that were measured. */
  rows: number;
  /** Reason to number of rows that were left out. */
  dropped: Record<string, number>;
}

/**
 * Measures a model on every usable row, as a validation in training does, to the bit. Throws a
 * `UserError` that names the file, column or folder at fault.
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { recipe: name = 'bradley-terry', engine: engineName = 'onnx' } = options;
  const recipe = recipes.find((known) => known.name === name);
  if (!recipe)
    throw unknownName(
      'recipe',
      name,
      recipes.map((known) => known.name),
    );
  const engine = findLocalEngine(engineName);
  const data = typeof options.data === 'string' ? [options.data] : options.data;
  if (data.length === 0) throw new UserError('no data files were named', 'name some with --data');
  const chosen = {
    ...(options.maxLength !== undefined && { max_length: options.maxLength }),
    ...(options.truncation && { truncation: options.truncation }),
  };
  const job: Job = {
    recipe: name,
    model: await resolveModel(options.model),
    train: [],
    validation: data.map((path) => resolve(path)),
    engine: engineName,
    device: options.device ?? engine.devices[0]!,
    threads: options.threads ?? availableParallelism(),
    seed: 0,
    output: '',
    options: { ...trainingOptions.parse(chosen), ...(recipe.options.parse({}) as Options) },
  };
  const { metrics, rows, dropped } = await measureInWorker(job, options);
  const metric = (key: string): number => metrics[key] ?? NaN;
  return {
    accuracy: metric('accuracy'),
    loss: metric('loss'),
    margin: metric('margin'),
    mean_reward: metric('mean_reward'),
    rows,
    dropped,
  };
}
