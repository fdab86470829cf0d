/** Figures of a notebook: what `display.figures` records, and `rewardlab notebook verify` compares. */
import { UserError } from '../../lib/errors.ts';
import { arithmetic } from '../../lib/train/machine.ts';
import type { MimeBundle } from './events.ts';
import { inspectValue } from './output.ts';

/** Numbers that a notebook records, by name; in the output's metadata, a `Recorded`. */
export const figuresType = 'application/vnd.rewardlab.figures+json';

export type Figures = Readonly<Record<string, number>>;
/** How far figures may lie apart: one number for all, or some by name. */
export type Limits = number | Readonly<Record<string, number>>;

/** How figures were made, and how far others may lie from them that were made in another way. */
export interface Recorded {
  arithmetic: string;
  within: Limits;
}

export function recordedBy(figures: Figures, within: Limits): Recorded {
  const limits = typeof within === 'number' ? { within } : within;
  const unknown = Object.keys(limits).filter((name) => limits === within && !(name in figures));
  const wrong = Object.entries(limits).filter(([, limit]) => !(limit >= 0 && limit < Infinity));
  if (unknown.length + wrong.length > 0) {
    const found = [
      ...unknown.map((name) => `a limit for '${name}', which is no figure`),
      ...wrong.map(([name, limit]) => `${name}: ${inspectValue(limit)}`),
    ];
    throw new UserError(
      `display.figures expects in 'within' numbers from 0 up, for figures by name or for all, got ${found.join(', ')}`,
    );
  }
  return { arithmetic: arithmetic(), within };
}

export function figuresBundle(figures: Figures): MimeBundle {
  const entries = Object.entries(figures);
  const wrong = entries.filter(([, value]) => typeof value !== 'number' || !Number.isFinite(value));
  if (wrong.length > 0) {
    const found = wrong.map(([name, value]) => `${name}: ${inspectValue(value)}`).join(', ');
    throw new UserError(`display.figures expects finite numbers, got ${found}`);
  }
  const width = Math.max(...entries.map(([name]) => name.length));
  const text = entries.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
  return { [figuresType]: { ...figures }, 'text/plain': text };
}
