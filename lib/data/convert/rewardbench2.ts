/** RewardBench 2 (Malik et al., 2025): several answers, of which some are right; the right ones' models come first. */
import { decoded } from '../judge-cells.ts';
import { answersOf, idIn, promptOf } from './read.ts';
import { kept, type Answer, type Converter } from './sample.ts';

export const rewardBench2: Converter = {
  name: 'rewardbench2',
  summary: 'RewardBench 2: a prompt with right and wrong answers',
  columns: ['prompt', 'chosen', 'rejected', 'subset', 'num_correct'],
  convert(row) {
    const [chosen, rejected] = [
      answersOf(row.chosen, 'chosen'),
      answersOf(row.rejected, 'rejected'),
    ];
    const models = decoded(row.models);
    const named = Array.isArray(models) && models.length === chosen.length + rejected.length;
    const withModel = (answer: Answer, at: number): Answer =>
      named ? { ...answer, label: { model: models[at]! } } : answer;
    return [
      {
        kind: 'candidates',
        ...idIn(row.id),
        input: promptOf(row.prompt),
        chosen: chosen.map(withModel),
        rejected: rejected.map((answer, i) => withModel(answer, chosen.length + i)),
        category: 'conversation',
        metadata: kept(row, ['subset']),
      },
    ];
  },
};
