/** How far a run is and how long it will take, from its events and a clock. Pure. */
import { duration } from '../duration.ts';
import type { Plan, TrainEvent } from '../train/job.ts';
import { short } from './braille.ts';
import { progressType, type MimeBundle } from './bundle.ts';
import { html } from './escape.ts';

export interface Progress {
  step: number;
  plan?: Plan;
  /** The newest step's metrics. */
  metrics: Readonly<Record<string, number>>;
  validation?: Readonly<Record<string, number>>;
  checkpoint?: string;
  end?: Extract<TrainEvent, { type: 'end' }>;
  /** Clock and step when the first step of this process was done: the rate leaves preparation out. */
  first?: { at: number; step: number };
  now: number;
}

export const noProgress: Progress = { step: 0, metrics: {}, now: 0 };

/** The progress after an event; `now` in milliseconds. */
export function advance(progress: Progress, event: TrainEvent, now: number): Progress {
  switch (event.type) {
    case 'plan':
      return { ...progress, plan: event.plan, now };
    case 'step':
      return {
        ...progress,
        step: event.step,
        metrics: event.metrics,
        first: progress.first ?? { at: now, step: event.step },
        now,
      };
    case 'validation':
      return { ...progress, validation: event.metrics, now };
    case 'checkpoint':
      return { ...progress, checkpoint: event.path, now };
    case 'end':
      return { ...progress, step: Math.max(progress.step, event.step), end: event, now };
    case 'set':
      return { ...progress, now };
  }
}

/** Steps a second since the first; undefined until there are two. */
export function rateOf({ first, step, now }: Progress): number | undefined {
  return first && step > first.step && now > first.at
    ? ((step - first.step) * 1000) / (now - first.at)
    : undefined;
}

export function secondsLeft(progress: Progress): number | undefined {
  const rate = rateOf(progress);
  return rate !== undefined && progress.plan
    ? Math.max(0, progress.plan.steps - progress.step) / rate
    : undefined;
}

/** 0 to 1; 0 before there is a plan. */
export function fractionOf({ step, plan }: Progress): number {
  return plan && plan.steps > 0 ? Math.min(1, step / plan.steps) : 0;
}

/** A progress line as data, to be laid out at any width. */
export interface ProgressLine {
  /** 0 to 1; absent before it is known. */
  fraction?: number;
  /** What it says, the most important first. */
  parts: string[];
}

/** One line: a bar, steps, metrics, rate, time left. Never wider than `width`. */
export function progressText(progress: Progress, width: number): string {
  return lineText(lineOf(progress), width);
}

/** Where not all of it fits, the least important parts are left out. */
export function lineText({ fraction, parts }: ProgressLine, width: number): string {
  const bar = fraction !== undefined && width >= 100 ? `${barOf(fraction, 16)} ` : '';
  const kept = [...parts];
  while (kept.length > 1 && (bar + kept.join('  ')).length > width) kept.pop();
  return (bar + kept.join('  ')).slice(0, width);
}

export function progressBundle(progress: Progress): MimeBundle {
  return lineBundle(lineOf(progress));
}

export function lineBundle(line: ProgressLine): MimeBundle {
  const value = (line.fraction ?? 0).toFixed(4);
  return {
    'text/html': `<div style="font-family:monospace"><progress value="${value}" max="1" style="width:12em;vertical-align:middle"></progress>${line.parts.map(partHtml).join(' ')}</div>`,
    [progressType]: line,
    'text/plain': lineText(line, 100),
  };
}

/** Apart from its neighbours, and broken between lines as a whole. */
function partHtml(part: string): string {
  return `<span style="white-space:nowrap;margin-left:1em">${html(part)}</span>`;
}

function lineOf(progress: Progress): ProgressLine {
  const fraction = progress.plan && fractionOf(progress);
  return { ...(fraction !== undefined && { fraction }), parts: partsOf(progress) };
}

function partsOf(progress: Progress): string[] {
  const { step, plan, metrics, validation, end } = progress;
  const rate = rateOf(progress);
  const left = secondsLeft(progress);
  const tokens = metrics['tokens_per_second'];
  return [
    plan ? `step ${step}/${plan.steps}` : step > 0 ? `step ${step}` : 'preparing',
    ...(metrics['reward'] === undefined
      ? named('loss', metrics['loss'])
      : named('reward', metrics['reward'])),
    ...named('accuracy', metrics['accuracy']),
    ...named('validation', validation?.['accuracy']),
    ...(end ? [end.reason] : left === undefined ? [] : [`${duration(left)} left`]),
    ...(rate === undefined ? [] : [`${rate.toFixed(1)} steps/s`]),
    ...(tokens === undefined ? [] : [`${Math.round(tokens).toLocaleString('en-US')} tokens/s`]),
  ];
}

function named(name: string, value: number | undefined): string[] {
  return value === undefined ? [] : [`${name} ${short(value)}`];
}

function barOf(fraction: number, width: number): string {
  const full = Math.round(fraction * width);
  return '━'.repeat(full) + '╌'.repeat(width - full);
}
