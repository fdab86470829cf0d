/** The one live figure of a run: loss, accuracy and learning rate; training and validation. */
import type { TrainEvent } from '../train/job.ts';
import type { Figure, Panel, Series } from './figure.ts';

/** Metric, its panel's title, and its range where that is known. */
const shown: { metric: string; title: string; y?: [number, number] }[] = [
  { metric: 'loss', title: 'loss' },
  { metric: 'accuracy', title: 'accuracy', y: [0, 1] },
  { metric: 'learning_rate', title: 'learning rate' },
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
  const panels = shown.map(({ metric, title: name, y }): Panel => {
    const train: Series = {
      name: 'train',
      kind: 'line',
      values: [...(curves.train[metric] ?? [])],
    };
    const validation: Series = {
      name: 'validation',
      kind: 'points',
      values: [...(curves.validation[metric] ?? [])],
    };
    return { title: name, series: [train, validation], ...(y && { y }) };
  });
  return { title, x: 'step', panels };
}
