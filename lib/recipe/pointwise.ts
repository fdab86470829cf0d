/** A judge of one answer: it gives a score, and learns by GRPO from how near it came. */
import { scoreExamples } from '../reward/examples.ts';
import { pointwiseOptions, type PointwiseOptions } from '../reward/options.ts';
import { pointwiseJudge } from '../reward/pointwise.ts';
import { worths } from '../reward/worth.ts';
import { grpoRecipe } from './grpo/recipe.ts';

export const pointwise = grpoRecipe<PointwiseOptions>({
  name: 'pointwise',
  summary: 'a judge that gives an answer a score, by GRPO',
  columns: {
    input: 'the conversation: messages, nested or as JSON',
    output: 'the answer: a list of one { answer: { content, label: { helpfulness: 0 to 4 } } }',
  },
  rewards: worths,
  options: pointwiseOptions,
  judge: pointwiseJudge,
  examples: async ({ examples_file: file, min_score: min, max_score: max, attribute }) =>
    file === null ? [] : scoreExamples(file, { min, max, attribute }),
});
