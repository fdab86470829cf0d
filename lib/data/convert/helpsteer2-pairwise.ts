/** HelpSteer2-Preference (Wang et al., 2024): two answers and a strength from −3 (the first) to 3 (the second). */
import { helpSteer2Prompt } from './helpsteer2-prompt.ts';
import { answerOf, strengthIn } from './read.ts';
import { kept, type Converter } from './sample.ts';

export const helpSteer2Pairwise: Converter = {
  name: 'helpsteer2-pairwise',
  summary: 'HelpSteer2-Preference: two answers and how much better one is, in both orders',
  columns: ['prompt', 'response_1', 'response_2', 'preference_strength'],
  swaps: true,
  convert: (row) => [
    {
      kind: 'pair',
      input: helpSteer2Prompt(row.prompt),
      answers: [answerOf(row.response_1), answerOf(row.response_2)],
      ...strengthIn(row.preference_strength, 'preference_strength'),
      category: 'chat_pairwise',
      metadata: {},
      ofPlaces: kept(row, ['preference_statement', 'preference_elaboration']),
    },
  ],
};
