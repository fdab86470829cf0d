/** Rows for supervised fine-tuning: the conversation with its answer; of several answers, the right ones. */
import { NotUsable, type Answer, type Sample } from '../convert/sample.ts';
import { besides, eachPair, withAnswer, type Target } from './target.ts';

export const sft: Target = {
  name: 'sft',
  summary: 'rows for sft: messages that end with the answer, of several the right ones',
  rows: (sample, circumstances) =>
    rightAnswers(sample).map((answer, i, { length }) => ({
      row: {
        unique_id: length > 1 ? `${circumstances.id}-${i + 1}` : circumstances.id,
        messages: withAnswer(sample.input, answer),
        ...besides(sample, circumstances),
      },
      label: '',
    })),
};

function rightAnswers(sample: Sample): readonly Answer[] {
  if (sample.kind === 'candidates') return sample.chosen;
  if (sample.kind === 'pair') return [eachPair(sample, '')[0]!.chosen];
  if (sample.answer) return [sample.answer];
  throw new NotUsable('no answer', 'the conversation does not end with one');
}
