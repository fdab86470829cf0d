/** The options of judges, each once: type, default, check, flag, help. A recipe adds them to its own. */
import { z } from 'zod';
import { generations } from './compat-preference.ts';
import type { JudgeExample } from './template.ts';
import { thinkingWishes } from './thinking.ts';

const shared = {
  task: z.string().nullable().default(null).describe("the judge's task; null: built-in words"),
  rubric: z
    .string()
    .nullable()
    .default(null)
    .describe("what a good answer is; null: built-in words, '': none"),
  examples_file: z
    .string()
    .nullable()
    .default(null)
    .describe('parquet or JSON lines of judged rows, shown before the one to judge')
    .meta({ placeholder: 'FILE' }),
  thinking: z
    .enum(thinkingWishes)
    .default('auto')
    .describe('reason before the verdict: as the chat template does, asked in the prompt, not'),
  reward_compat: z
    .enum(generations)
    .nullable()
    .default(null)
    .describe('read and reward as RM-Gallery (v1, v2) or OpenJudge do'),
  repaired_reward: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('part of its reward that an answer keeps which is clear but not in the asked form'),
  format_reward: z
    .number()
    .min(0)
    .default(0)
    .describe('added where the answer is in the form that was asked for'),
};

/** Pairwise: is the preferred answer the right one? */
export const pairwiseOptions = z.object({
  ...shared,
  reward: z.string().default('exact').describe('what a verdict is worth: exact'),
  ties: z.boolean().default(true).describe('accept ties, as verdicts and in rows'),
});

/** Pointwise: how near is the score to the right one? */
export const pointwiseOptions = z.object({
  ...shared,
  reward: z
    .string()
    .default('exp-decay')
    .describe('what a score is worth: exact, exp-decay, linear, linear-exact'),
  decay: z.number().positive().default(2).describe('k of exp-decay: exp(-k·distance/range)'),
  min_score: z.int().default(0).describe('the lowest score'),
  max_score: z.int().default(4).describe('the highest score'),
  attribute: z.string().default('helpfulness').describe('name of the label in the data'),
});

export type PairwiseOptions = z.infer<typeof pairwiseOptions>;
export type PointwiseOptions = z.infer<typeof pointwiseOptions>;

/** What is not an option of a job: made of the model's template, or of rows. */
export interface JudgeSurroundings<Example = JudgeExample> {
  /** Ask for reasoning in the prompt: `thinkingRule(text, options.thinking).ask`. Default false. */
  ask?: boolean;
  /** Shown before the case to judge: those of `examples_file` where there is one, or others. */
  examples?: readonly Example[];
}
