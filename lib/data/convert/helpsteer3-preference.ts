/** HelpSteer3-Preference (Wang et al., 2025): a conversation, two answers, a strength from −3 to 3. */
import { answerOf, promptOf, strengthIn } from './read.ts';
import { kept, type Converter } from './sample.ts';

export const helpSteer3Preference: Converter = {
  name: 'helpsteer3-preference',
  summary: 'HelpSteer3-Preference: a conversation, two answers, and how much better one is',
  columns: ['context', 'response1', 'response2', 'overall_preference'],
  convert: (row) => [
    {
      kind: 'pair',
      input: promptOf(row.context),
      answers: [answerOf(row.response1), answerOf(row.response2)],
      ...strengthIn(row.overall_preference, 'overall_preference'),
      category: 'chat_preference',
      metadata: kept(row, ['domain', 'language']),
      ofPlaces: kept(row, ['individual_preference']),
    },
  ],
};
