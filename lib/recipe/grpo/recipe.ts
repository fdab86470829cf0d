/**
 * A judge trained by group relative policy optimisation (Shao et al. 2024,
 * https://arxiv.org/abs/2402.03300): it answers each prompt several times, and learns from which of its
 * answers were right. Pairwise and pointwise judges differ in the judge alone.
 */
import { z } from 'zod';
import type { Judge } from '../../reward/judge.ts';
import type { JudgeSurroundings } from '../../reward/options.ts';
import type { JudgeExample } from '../../reward/template.ts';
import { thinkingRule, type ThinkingWish } from '../../reward/thinking.ts';
import { defineRecipe } from '../define-recipe.ts';
import { rewardOptions } from '../own-reward.ts';
import type { Recipe, Selection, Source } from '../recipe.ts';
import { trainingBatches, validationBatches } from './batches.ts';
import { grpoLoss } from './loss.ts';
import { grpoContradictions, grpoOptions, type GrpoOptions } from './options.ts';
import { promptsOf, surveyPrompts, type Asking } from './prompts.ts';

export interface JudgeRecipe<O> extends Pick<Recipe, 'name' | 'summary' | 'columns'> {
  /** The judge's own rewards, the first of which says what its verdicts are worth beside another. */
  rewards: readonly [string, ...string[]];
  /** The judge's own options, `thinking` among them. */
  options: z.ZodObject;
  judge: (options: O & JudgeSurroundings) => Judge;
  /** Judged examples, where an option names a file of them. */
  examples?: (options: O) => Promise<readonly JudgeExample[]>;
}

/** Makes a recipe of a kind of judge. */
export function grpoRecipe<O extends { thinking: ThinkingWish; reward: string }>({
  judge,
  options,
  examples: examplesOf = () => Promise.resolve([]),
  ...named
}: JudgeRecipe<O>): Recipe<GrpoOptions & O> {
  const asking = async ({
    text,
    options,
  }: Pick<Selection<O>, 'text' | 'options'>): Promise<Asking> => {
    const { template, ask } = thinkingRule(text, options.thinking);
    const [plain] = named.rewards;
    const reward = named.rewards.includes(options.reward) ? options.reward : plain;
    const examples = await examplesOf(options);
    return { template, judge: judge({ ...options, reward, ask, examples }) };
  };
  return defineRecipe<GrpoOptions & O>({
    ...named,
    head: 'causal',
    options: z.object({
      ...options.shape,
      reward: orYours(options.shape.reward as z.ZodType),
      ...grpoOptions.shape,
      ...rewardOptions.shape,
    }) as unknown as z.ZodType<GrpoOptions & O>,
    common: {
      defaults: {
        ...{ learning_rate: 1e-6, scheduler: 'constant', weight_decay: 0.01 },
        ...{ truncation: 'error', micro_batch_tokens: 2048 },
      },
      without: ['max_length'],
    },
    contradictions: grpoContradictions,
    reference: ({ use_kl_loss, use_kl_in_reward }) => use_kl_loss || use_kl_in_reward,
    survey: async (selection, exact) => surveyPrompts(selection, await asking(selection), exact),
    batches: async function* (source: Source<GrpoOptions & O>) {
      const batches = source.split === 'train' ? trainingBatches : validationBatches;
      yield* batches(source, await asking(source));
    },
    prompts: async (selection) => {
      const asked = await asking(selection);
      return { template: asked.template, all: promptsOf(selection, asked) };
    },
    loss: (model, batch, options) => grpoLoss(model, batch, clipped(options)),
  });
}

/** A job can ask a function of the person's in the judge's place. */
function orYours(reward: z.ZodType): z.ZodType {
  return reward.describe(
    `${reward.description}; or a function of yours: ./reward.ts#name, or its name in this session`,
  );
}

/** Both sides of the clip said. */
function clipped(options: GrpoOptions) {
  const { clip_ratio, clip_ratio_low, clip_ratio_high } = options;
  return {
    ...options,
    clip_ratio_low: clip_ratio_low ?? clip_ratio,
    clip_ratio_high: clip_ratio_high ?? clip_ratio,
  };
}
