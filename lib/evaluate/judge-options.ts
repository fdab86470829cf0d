/** The options of evaluating a judge, each once: type, default, check, flag, help. */
import { z } from 'zod';
import { pairwiseOptions, pointwiseOptions } from '../reward/options.ts';

const prompt = { task: true, rubric: true, thinking: true, examples_file: true } as const;

export const judgeOptions = z.object({
  judge: z
    .enum(['pairwise', 'pointwise'])
    .nullable()
    .default(null)
    .describe('what the model is asked; null: what the data are made for'),
  max_tokens: z.int().positive().default(512).describe('tokens that a verdict may have'),
  temperature: z.number().min(0).default(0).describe('0: the likeliest token every time'),
  seed: z.int().min(0).default(0).describe('seed of every draw'),
  ...pairwiseOptions.pick({ ...prompt, ties: true }).shape,
  ...pointwiseOptions.pick({ min_score: true, max_score: true, attribute: true }).shape,
  output: z.string().nullable().default(null).describe('write every verdict to this file'),
});

export type JudgeOptions = z.infer<typeof judgeOptions>;
