/** Rows for `rewardlab evaluate`: a prompt with right and wrong answers, in RewardBench 2's layout. */
import { eachPair, type Target } from './target.ts';

export const bestOfN: Target = {
  name: 'best-of-n',
  summary: 'rows to evaluate on: prompt, chosen and rejected answers, subset',
  rows(sample, { id, source }) {
    const pairs = eachPair(sample, id); // Refuses what has no right or no wrong answer.
    const { chosen, rejected } =
      sample.kind === 'candidates'
        ? sample
        : { chosen: [pairs[0]!.chosen], rejected: [pairs[0]!.rejected] };
    const { subset = null } = sample.metadata;
    return [
      {
        row: {
          id,
          prompt: [...sample.input],
          chosen: chosen.map(({ content }) => content),
          rejected: rejected.map(({ content }) => content),
          subset: typeof subset === 'string' ? subset : sample.category,
          source: sample.source ?? source,
        },
        label: '',
      },
    ];
  },
};
