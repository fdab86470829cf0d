/** RMB's pairs (Zhou et al., 2024). */
import { idIn } from './read.ts';
import { rmbAnswer, rmbPrompt } from './rmb.ts';
import type { Converter } from './sample.ts';

export const rmbPairwise: Converter = {
  name: 'rmb-pairwise',
  summary: "RMB's pairs: a better answer and a worse one",
  columns: ['pair_uid', 'conversation_input', 'chosen', 'reject'],
  alias: 'rmbbenchmark_pairwise',
  convert: (row) => [
    {
      kind: 'candidates',
      ...idIn(row.pair_uid),
      ...rmbPrompt(row),
      chosen: [rmbAnswer(row.chosen)],
      rejected: [rmbAnswer(row.reject)],
    },
  ],
};
