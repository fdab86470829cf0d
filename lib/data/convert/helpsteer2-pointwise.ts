/** HelpSteer2 (Wang et al., 2024): an answer and five scores from 0 to 4. */
import { helpSteer2Prompt } from './helpsteer2-prompt.ts';
import { answerOf, numberIn } from './read.ts';
import type { Converter } from './sample.ts';

const attributes = ['helpfulness', 'correctness', 'coherence', 'complexity', 'verbosity'];

export const helpSteer2Pointwise: Converter = {
  name: 'helpsteer2-pointwise',
  summary: 'HelpSteer2: an answer and its scores from 0 to 4',
  columns: ['prompt', 'response', ...attributes],
  convert(row) {
    const scores = attributes.map((name) => [name, numberIn(row[name], name, [0, 4])] as const);
    const label = Object.fromEntries(scores);
    return [
      {
        kind: 'answer',
        input: helpSteer2Prompt(row.prompt),
        answer: answerOf(row.response, label),
        score: label.helpfulness!,
        category: 'chat',
        metadata: {},
      },
    ];
  },
};
