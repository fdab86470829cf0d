/**
 * What `%train` gives back: plain data that shows itself in two lines. `console.log` and its fields tell
 * the rest.
 */
import { inspect } from 'node:util';
import { short } from '../../lib/display/braille.ts';
import { plainLine } from '../../lib/display/escape.ts';
import { placeFrom } from '../../lib/display/place.ts';
import type { Progress } from '../../lib/display/progress.ts';
import { stepsText } from '../../lib/display/run-text.ts';
import { recipes } from '../../lib/recipe/index.ts';
import type { Job } from '../../lib/train/job.ts';
import { jupyterDisplay } from '../session/output.ts';

/**
 * `const run = await magic('train', '…')`, or the cell's result. Folders in the notebook's own are named
 * from there, so that a notebook reads the same on another machine.
 */
export interface TrainResult {
  run: string;
  model?: string;
  steps: number;
  train: Record<string, number>;
  validation?: Record<string, number>;
}

/** A run that goes on while other cells run: `const run = await magic('train', '… --background')`. */
export interface BackgroundRun {
  run: string;
  finished: Promise<TrainResult>;
  /** Stops after the current step, with a checkpoint. */
  stop(): Promise<TrainResult>;
}

export function trainResult(job: Job, progress: Progress, cwd: string): TrainResult {
  const { end, metrics, validation, step } = progress;
  const result: TrainResult = {
    run: placeFrom(cwd, job.output),
    ...(end?.model !== undefined && { model: placeFrom(cwd, end.model) }),
    steps: step,
    train: { ...metrics },
    ...(validation && { validation: { ...validation } }),
  };
  const reached = end?.reason === 'done' ? `${step} steps` : stepsText(progress);
  return shownAs(result, [
    [`${result.run}: ${reached}`, ...headline('training', metrics)].join(', '),
    ...(validation ? headline('validation', validation) : []).map((text) => `  ${text}`),
    ...nextLine(job, result),
  ]);
}

/** The run of a job that has begun; `stop` aborts it. */
export function backgroundRun(
  run: Omit<BackgroundRun, 'stop'>,
  stop: AbortController,
): BackgroundRun {
  const value: BackgroundRun = {
    ...run,
    stop() {
      stop.abort();
      return run.finished;
    },
  };
  return shownAs(value, [
    `${run.run} goes on in the background: await .finished waits for its result, .stop() ends it with a checkpoint`,
  ]);
}

/** What a person looks at first: of a run that writes, its reward; of another, its loss. */
function headline(split: string, metrics: Readonly<Record<string, number>>): string[] {
  const names = metrics['reward'] === undefined ? ['loss', 'accuracy', 'margin'] : ['reward', 'kl'];
  const known = names.filter((name) => metrics[name] !== undefined);
  if (known.length === 0) return [];
  return [`${split} ${known.map((name) => `${name} ${short(metrics[name]!)}`).join(', ')}`];
}

/** How to use the model; of a recipe of the person's own they know better. */
function nextLine(job: Job, { model }: TrainResult): string[] {
  const recipe = recipes.find(({ name }) => name === job.recipe);
  if (model === undefined || !recipe) return [];
  const kind = recipe.head === 'reward' ? 'RewardModel' : 'LanguageModel';
  return [`next: const model = await ${kind}.load(${inspect(model)})`];
}

function shownAs<T extends object>(value: T, lines: readonly string[]): T {
  const bundle = { 'text/plain': lines.map(plainLine).join('\n') };
  return Object.defineProperty(value, jupyterDisplay, { value: () => bundle });
}
