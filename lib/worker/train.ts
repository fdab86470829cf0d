/** Training from a script or a cell: settings in, the result out. */
import type { Scope } from '../code/live.ts';
import { resolveJob } from '../command/job.ts';
import type { RowSource } from '../code/own-rows.ts';
import type { RewardFunction } from '../code/reward-function.ts';
import { UserError } from '../errors.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { JobCommand, TrainEvent } from '../train/job.ts';
import { runJob } from './run-job.ts';

/** A recipe, model, rows, and options by the names of job.yaml. */
export interface TrainSettings {
  /** Its name, its module (`./recipe.ts#name`), or what `defineRecipe` returned. */
  recipe: string | Recipe;
  model: string;
  /** Files, or rows: an array of objects, anything iterable, a view. */
  train: string | readonly string[] | RowSource;
  validation?: string | readonly string[] | RowSource;
  /** For recipes that write: a reward of the recipe's own, a module's (`./reward.ts#name`), or a function. */
  reward?: string | RewardFunction;
  [option: string]: unknown;
}

export interface TrainHooks {
  /** Aborted: stops after the current step and keeps a checkpoint. */
  signal?: AbortSignal;
  commands?: AsyncIterable<JobCommand>;
  onEvent?: (event: TrainEvent) => void;
  /** What paths are relative to. Default: the working folder. */
  cwd?: string;
}

export interface TrainResult {
  /** The run folder. */
  run: string;
  reason: 'done' | 'stopped';
  /** The folder of the trained model, when the run is done. */
  model?: string;
  /** The last checkpoint, to resume from. */
  checkpoint?: string;
  steps: number;
  /** Metrics of the last step, and of the last validation. */
  train: Record<string, number>;
  validation?: Record<string, number>;
}

/** Trains to the end. Throws a `UserError` where the settings are wrong or the run fails. */
export async function train(
  settings: TrainSettings,
  { cwd = process.cwd(), onEvent, ...run }: TrainHooks = {},
): Promise<TrainResult> {
  const { scope, settings: named } = byName(settings);
  const { job, live } = await resolveJob([], { cwd, settings: named, scope });
  const result: TrainResult = { run: job.output, reason: 'done', steps: 0, train: {} };
  for await (const event of runJob(job, { ...run, live })) {
    onEvent?.(event);
    if (event.type === 'step') Object.assign(result, { steps: event.step, train: event.metrics });
    if (event.type === 'validation') result.validation = event.metrics;
    if (event.type !== 'end') continue;
    if (event.reason === 'failed')
      throw new UserError(
        `the run in '${job.output}' failed at step ${event.step}: ${event.message ?? ''}`,
      );
    const { reason, model, checkpoint } = event;
    Object.assign(result, { reason, ...(model && { model }), ...(checkpoint && { checkpoint }) });
  }
  return result;
}

/** Settings as a job file has them: what is no plain data gets a name, under which it is found again. */
function byName(settings: TrainSettings): { settings: Record<string, unknown>; scope: Scope } {
  const values = new Map<string, unknown>();
  const named: Record<string, unknown> = {};
  const keep = (option: string, name: string, value: unknown): void => {
    values.set(name, value);
    named[option] = name;
  };
  for (const [option, value] of Object.entries(settings)) {
    if (value === undefined) continue;
    if (option === 'recipe' && typeof value === 'object') keep(option, nameOf(value), value);
    else if (option === 'train' && !isFiles(value)) keep('dataset', 'train', value);
    else if (option === 'validation' && !isFiles(value))
      keep('validation_dataset', 'validation', value);
    else if (typeof value === 'function') keep(option, value.name || option, value);
    else named[option] = value;
  }
  const scope: Scope = {
    names: () => Promise.resolve([...values.keys()]),
    value: (name) => Promise.resolve(values.get(name)),
  };
  return { settings: named, scope };
}

function nameOf(recipe: object | null): string {
  const name: unknown = recipe && Reflect.get(recipe, 'name');
  return typeof name === 'string' ? name : 'recipe';
}

function isFiles(value: unknown): boolean {
  return [value].flat().every((item) => typeof item === 'string');
}
