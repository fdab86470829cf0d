/** JudgeBench (Tan et al., 2024): two answers of one model, of which one is right. */
import { answerOf, betterIn, idIn, promptOf } from './read.ts';
import type { Converter } from './sample.ts';

export const judgeBench: Converter = {
  name: 'judgebench',
  summary: 'JudgeBench: two answers of which one is right',
  columns: ['pair_id', 'question', 'response_A', 'response_B', 'label'],
  convert(row) {
    const model = typeof row.response_model === 'string' ? { model: row.response_model } : {};
    return [
      {
        kind: 'pair',
        ...idIn(row.pair_id),
        input: promptOf(row.question),
        answers: [answerOf(row.response_A, model), answerOf(row.response_B, model)],
        preferred: betterIn(row.label, 'label'),
        category: 'pairwise_comparison',
        metadata: { original_id: row.original_id ?? null, subset: row.source ?? null },
      },
    ];
  },
};
