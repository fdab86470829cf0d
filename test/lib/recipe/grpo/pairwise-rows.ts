/** Rows for a pairwise judge, and the batches that GRPO makes of them. */
import { rowsOf } from '../../../../lib/data/rows.ts';
import type { GrpoOptions } from '../../../../lib/recipe/grpo/options.ts';
import { pairwise } from '../../../../lib/recipe/pairwise.ts';
import type { Batch, PlainState, Truncation } from '../../../../lib/recipe/recipe.ts';
import type { PairwiseOptions } from '../../../../lib/reward/options.ts';
import type { TextEncoder } from '../../../../lib/text/encoder.ts';
import type { FakePolicy } from './fake-policy.ts';

export const rows = Array.from({ length: 6 }, (_, i) => ({
  prompt: `hello ${i}`,
  response_a: 'yes',
  response_b: 'no',
  preferred: i % 2 === 0 ? 'A' : 'B',
}));
export const says = (choice: string): string => `<preference>${choice}</preference>`;

export interface Setting {
  options?: Partial<GrpoOptions & PairwiseOptions>;
  batchSize?: number;
  truncation?: Truncation;
  split?: 'train' | 'validation';
  state?: PlainState;
  table?: readonly (typeof rows)[number][];
  microBatchTokens?: number;
}

export function selection(text: TextEncoder, { options = {}, batchSize = 2, ...setting }: Setting) {
  return {
    ...{ rows: rowsOf(setting.table ?? rows), text, seed: 5, split: setting.split ?? 'train' },
    options: pairwise.options.parse({ thinking: 'off', ...options }),
    batching: {
      ...{ batchSize, shuffle: false, maxLength: 0 },
      truncation: setting.truncation ?? ('error' as const),
      ...(setting.microBatchTokens && { microBatchTokens: setting.microBatchTokens }),
    },
  } as const;
}

/** The first batches of a source with these settings. */
export async function takeBatches(
  text: TextEncoder,
  { count, policy }: { count: number; policy: FakePolicy },
  setting: Setting = {},
): Promise<Batch[]> {
  const table = setting.table ?? rows;
  const source = {
    ...{ ...selection(text, setting), policy },
    kept: Int32Array.from(table.keys()),
    ...(setting.state && { state: setting.state }),
  };
  const batches: Batch[] = [];
  for await (const batch of pairwise.batches(source)) if (batches.push(batch) === count) break;
  return batches;
}

/** Of four completions the first is right for even rows. */
export const mixed = (i: number, j: number): string =>
  says(j === 0 ? (i % 2 === 0 ? 'A' : 'B') : 'tie');
