/** A judge of two answers: it says which is better, and learns by GRPO from whether it was right. */
import { pairExamples } from '../reward/examples.ts';
import { pairwiseOptions, type PairwiseOptions } from '../reward/options.ts';
import { pairwiseJudge } from '../reward/pairwise.ts';
import { grpoRecipe } from './grpo/recipe.ts';

export const pairwise = grpoRecipe<PairwiseOptions>({
  name: 'pairwise',
  summary: 'a judge that says which of two answers is better, by GRPO',
  columns: {
    input: 'the conversation: messages, nested or as JSON',
    output: 'the two answers: a list of { answer: { content } }',
    metadata: 'preferred: A, B or tie; optional preference_strength',
  },
  rewards: ['exact'],
  options: pairwiseOptions,
  judge: pairwiseJudge,
  examples: async ({ examples_file: file }) => (file === null ? [] : pairExamples(file)),
});
