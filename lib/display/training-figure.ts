/** The one live figure of a run: what its recipe measures, of training and validation. */
import type { TrainEvent } from '../train/job.ts';
import { hasValues, type Figure, type Panel, type Series } from './figure.ts';

interface Shown {
  metric: string;
  title: string;
  /** Its range where that is known. */
  y?: [number, number];
  /** Too noisy a step to be seen: the mean of the last steps, in a band. */
  smooth?: true;
}

/** What is minimised is drawn, or the reward where there is one: a policy's loss says little. */
const learning: readonly Shown[] = [
  { metric: 'loss', title: 'loss' },
  { metric: 'accuracy', title: 'accuracy', y: [0, 1] },
  { metric: 'token_accuracy', title: 'token accuracy', y: [0, 1] },
  { metric: 'learning_rate', title: 'learning rate' },
];
const reinforcement: readonly Shown[] = [
  { metric: 'reward', title: 'reward', smooth: true },
  { metric: 'accuracy', title: 'accuracy', y: [0, 1], smooth: true },
  { metric: 'kl', title: 'KL from the reference' },
  { metric: 'response_length', title: 'response length' },
];

export interface Curves {
  train: Record<string, Series['values']>;
  validation: Record<string, Series['values']>;
}

export function noCurves(): Curves {
  return { train: {}, validation: {} };
}

/** Adds an event's metrics to the curves, in place: a long run has many. */
export function addToCurves(curves: Curves, event: TrainEvent): void {
  if (event.type !== 'step' && event.type !== 'validation') return;
  const split = event.type === 'step' ? curves.train : curves.validation;
  for (const [name, value] of Object.entries(event.metrics))
    (split[name] ??= []).push([event.step, value]);
}

export function trainingFigure(title: string, curves: Curves): Figure {
  const shown = (curves.train.reward ?? curves.validation.reward) ? reinforcement : learning;
  const panels = shown.map(({ metric, title: name, y, smooth }): Panel => {
    const steps = [...(curves.train[metric] ?? [])];
    const train: Series = {
      name: smooth ? `train, mean of ${window} steps` : 'train',
      kind: 'line',
      ...(smooth ? smoothed(steps) : { values: steps }),
    };
    const validation: Series = {
      name: 'validation',
      kind: 'points',
      values: [...(curves.validation[metric] ?? [])],
    };
    return { title: name, series: [train, validation], ...(y && { y }) };
  });
  return { title, x: 'step', panels: panels.filter(hasValues) };
}

const window = 10;

/** At each step the mean of the last steps, in a band of their standard deviation to either side. */
function smoothed(values: Series['values']): Required<Pick<Series, 'values' | 'band'>> {
  const means = values.map(([x], i): { at: [number, number]; band: [number, number] } => {
    const last = values.slice(Math.max(0, i + 1 - window), i + 1).map(([, y]) => y);
    const mean = last.reduce((a, b) => a + b, 0) / last.length;
    const spread = Math.sqrt(last.reduce((sum, y) => sum + (y - mean) ** 2, 0) / last.length);
    return { at: [x, mean], band: [mean - spread, mean + spread] };
  });
  return { values: means.map(({ at }) => at), band: means.map(({ band }) => band) };
}
