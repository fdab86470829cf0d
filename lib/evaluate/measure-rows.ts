/** A recipe's loss and metrics on the rows of files, in a process of its own. */
import { availableParallelism } from 'node:os';
import { dataFiles } from '../data/files.ts';
import type { Measurement } from '../engine/measure-model.ts';
import { UserError, unknownName } from '../errors.ts';
import { resolveModel } from '../model/hub.ts';
import { recipes } from '../recipe/index.ts';
import type { Truncation } from '../recipe/recipe.ts';
import type { Job, Options } from '../train/job.ts';
import { trainingOptions } from '../train/options.ts';
import { findLocalEngine } from '../worker/find-engine.ts';
import type { RowsWorkOptions } from '../rows-work.ts';
import { measureInWorker } from '../worker/measure.ts';

export interface MeasureRowsOptions extends RowsWorkOptions {
  /** Folder of a trained model. */
  model: string;
  /** Parquet or JSON-lines files. */
  data: string | readonly string[];
  engine?: string;
  device?: string;
  threads?: number;
  /** Tokens that one conversation may have. */
  maxLength?: number;
  truncation?: Truncation;
}

/** Measures by a recipe with its default options. Throws a `UserError` where it is not known. */
export async function measureRows(name: string, options: MeasureRowsOptions): Promise<Measurement> {
  const { engine: engineName = 'onnx' } = options;
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
    validation: await dataFiles(data, process.cwd()),
    engine: engineName,
    device: options.device ?? engine.devices[0]!,
    threads: options.threads ?? availableParallelism(),
    seed: 0,
    output: '',
    options: { ...trainingOptions.parse(chosen), ...(recipe.options.parse({}) as Options) },
  };
  return measureInWorker(job, options);
}
