/** What a job is going to do: its rows are looked at, its lengths estimated, nothing is trained. */
import { UserError } from '../errors.ts';
import { openRows } from '../data/rows.ts';
import { rowCount } from '../data/refusals.ts';
import { adapterShapes, isTrained } from '../model/adapter.ts';
import type { ModelConfig } from '../model/config.ts';
import { expectedShapes } from '../model/weights.ts';
import type { Limit, Recipe, Selection, Survey } from '../recipe/recipe.ts';
import { loadEncoder, type TextEncoder } from '../text/encoder.ts';
import type { Job, Plan } from './job.ts';
import { readJobModel } from './model.ts';
import { trainingOptions, type TrainingOptions } from './options.ts';

/** One split, ready for batches. */
export interface Split {
  selection: Selection<unknown>;
  survey: Survey;
}

/** A job with its files open, before weights are loaded. */
export interface Prepared {
  config: ModelConfig;
  text: TextEncoder;
  options: TrainingOptions;
  recipeOptions: unknown;
  train: Split;
  validation: Split | undefined;
  plan: Plan;
}

/** Opens a job's files and plans it; `exact` measures every training row. */
export async function prepare(job: Job, recipe: Recipe, exact: boolean): Promise<Prepared> {
  const common = await prepareModel(job, recipe);
  const train = await openSplit(job, { recipe, common, exact }, 'train');
  const validation =
    job.validation.length > 0
      ? await openSplit(job, { recipe, common, exact: false }, 'validation')
      : undefined;
  const plan = planOf({ job, recipe, ...common }, train.survey, validation?.survey);
  return { ...common, train, validation, plan };
}

/** Opens one split of a job alone. */
export async function prepareSplit(job: Job, recipe: Recipe, name: SplitName) {
  const common = await prepareModel(job, recipe);
  return { ...common, split: await openSplit(job, { recipe, common, exact: false }, name) };
}

type SplitName = Selection<unknown>['split'];
type Common = Pick<Prepared, 'config' | 'text' | 'options' | 'recipeOptions'>;

async function prepareModel(job: Job, recipe: Recipe): Promise<Common> {
  const [config, text] = await Promise.all([readJobModel(job), loadEncoder(job.model)]);
  const options = trainingOptions.parse(job.options);
  return { config, text, options, recipeOptions: recipe.options.parse(job.options) };
}

async function openSplit(
  job: Job,
  { recipe, common, exact }: { recipe: Recipe; common: Common; exact: boolean },
  name: SplitName,
): Promise<Split> {
  const { text, options, recipeOptions } = common;
  const selection = {
    ...{ text, split: name, seed: job.seed, options: recipeOptions },
    rows: await openRows(job[name]),
    batching: batchingOf(options, name),
    maxPositions: common.config.maxPositions,
  };
  const survey = await recipe.survey(selection, exact);
  refuseNothing(job[name], survey, name);
  return { selection, survey };
}

/** Rows of a validation that run together: always as many, so that its bits depend on nothing else. */
const validationBatch = 16;

function batchingOf(options: TrainingOptions, name: SplitName): Selection<unknown>['batching'] {
  const { batch_size, max_length: maxLength, shuffle, truncation } = options;
  const { micro_batch_tokens: microBatchTokens } = options;
  const batchSize = name === 'train' ? batch_size : validationBatch;
  return { batchSize, maxLength, shuffle, truncation, microBatchTokens };
}

function refuseNothing(files: readonly string[], survey: Survey, split: SplitName): void {
  if (survey.kept.length > 0) return;
  const reasons = Object.entries(survey.dropped).map(
    ([reason, rows]) => `${reason} (${rowCount(rows)})`,
  );
  const tooLong = Object.keys(survey.dropped).some((reason) => reason.includes('longer than'));
  throw new UserError(
    `no row of ${files.join(', ')} can be used for ${split === 'train' ? 'training' : 'validation'}: ${reasons.join(', ')}`,
    tooLong ? waysToFit[survey.limit?.by ?? 'max_length'] : undefined,
  );
}

/** What to do about rows that are all too long, by what limits them. */
const waysToFit: Record<Limit['by'], string> = {
  max_length: 'raise --max-length',
  max_prompt_length: 'raise --max-prompt-length',
  positions:
    'the model reads no more, less what --max-response-length keeps for the completion: ask for less (--task, --rubric), or take a model that reads more',
};

interface Planned extends Common {
  job: Job;
  recipe: Recipe;
}

function planOf(planned: Planned, train: Survey, validation: Survey | undefined): Plan {
  const { recipe, config, options } = planned;
  const shapes = [...expectedShapes(config, recipe.head), ...adapterShapes(config)];
  const parameters = elements(shapes);
  const trained = config.adapter
    ? elements(shapes.filter(([name]) => isTrained(name)))
    : parameters;
  const epochSteps = Math.ceil(train.kept.length / options.batch_size);
  const dropped = { ...train.dropped };
  for (const [reason, rows] of Object.entries(validation?.dropped ?? {}))
    dropped[reason] = (dropped[reason] ?? 0) + rows;
  return {
    approximate: train.approximate,
    parameters,
    ...(config.adapter && { trained }),
    rows: { train: train.kept.length, validation: validation?.kept.length ?? 0 },
    dropped,
    ...(train.droppedRows && { droppedRows: train.droppedRows }),
    cut: train.cut,
    limit: train.limit ?? lengthLimit(options),
    tokens: train.tokens,
    steps: options.max_steps ?? epochSteps * options.epochs,
    epochs: options.epochs,
    memoryBytes: memoryOf({ parameters, trained }, planned),
  };
}

function elements(shapes: readonly (readonly [string, readonly number[]])[]): number {
  return shapes.reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

function lengthLimit({ max_length: tokens, truncation }: TrainingOptions): Limit {
  return { tokens, by: 'max_length', truncation };
}

/** Bytes of a process that has loaded its packages and holds no model. */
const baseBytes = 450 * 2 ** 20;

/**
 * Weights; of those that are trained two moments and a gradient a thread; weights once more for a reference
 * that is not the base of an adapter; and of each token
 * that a thread has in flight, about twenty-four rows as wide as the model and six as wide as its MLP a
 * layer, which the gradient needs, and three as wide as the vocabulary where that is what it ends in.
 * Fitted to two runs (0.35 M and 4 M parameters on two threads: 0.5 and 0.94 GB).
 */
function memoryOf(
  { parameters, trained }: { parameters: number; trained: number },
  { job: { threads }, recipe, config, options, recipeOptions }: Planned,
): number {
  const { layers, hidden, intermediate, vocab } = config;
  const head = recipe.head === 'causal' ? 3 * vocab : 0;
  const token = layers * (24 * hidden + 6 * intermediate) + head;
  const copies = !config.adapter && recipe.reference?.(recipeOptions) ? 2 : 1;
  const weights = parameters * copies + trained * (2 + threads);
  return baseBytes + 4 * (weights + options.micro_batch_tokens * token * threads);
}
