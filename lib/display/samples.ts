/** Completions that a run shows, as a table: what was asked, what was written, what it was worth. */
import type { Sample } from '../train/job.ts';
import type { MimeBundle } from './bundle.ts';
import { cut } from './cell-text.ts';
import { tableBundle } from './table.ts';

/** A judge's prompt holds two answers: a table of whole ones could not be looked over. */
const promptLength = 160;

export function samplesBundle(samples: readonly Sample[], title: string): MimeBundle {
  const values = [...new Set(samples.flatMap((sample) => Object.keys(sample.values)))];
  const type = (name: string): string =>
    samples.every((sample) => typeof (sample.values[name] ?? 0) === 'number')
      ? 'number'
      : 'VARCHAR';
  return tableBundle({
    title,
    columns: [
      { name: 'prompt', type: 'VARCHAR' },
      { name: 'completion', type: 'VARCHAR' },
      ...values.map((name) => ({ name, type: type(name) })),
    ],
    rows: samples.map(({ prompt, completion, values: own }) => ({
      ...own,
      prompt: cut(prompt, promptLength),
      completion,
    })),
  });
}
