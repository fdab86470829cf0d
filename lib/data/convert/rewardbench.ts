/** RewardBench (Lambert et al., 2024): a right and a wrong answer, each with the model that wrote it. */
import { answerOf, idIn, promptOf } from './read.ts';
import { kept, type Converter } from './sample.ts';

export const rewardBench: Converter = {
  name: 'rewardbench',
  summary: 'RewardBench: a right answer and a wrong one',
  columns: ['prompt', 'chosen', 'chosen_model', 'rejected', 'rejected_model', 'subset'],
  convert: (row) => [
    {
      kind: 'candidates',
      ...idIn(row.id),
      input: promptOf(row.prompt),
      chosen: [answerOf(row.chosen, modelOf(row.chosen_model))],
      rejected: [answerOf(row.rejected, modelOf(row.rejected_model))],
      category: 'conversation',
      metadata: kept(row, ['subset']),
    },
  ],
};

function modelOf(cell: Parameters<typeof answerOf>[0]) {
  return typeof cell === 'string' ? { model: cell } : {};
}
