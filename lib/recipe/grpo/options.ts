/** The options of GRPO, each once, by the last word of VERL's key and with VERL's default where it has one. */
import { z } from 'zod';
import { aggregations } from './aggregation.ts';
import { klLossTypes, klTypes } from './kl.ts';

const count = z.int().positive();
const share = z.number().min(0).lt(1);

export const grpoOptions = z.object({
  adv_estimator: z.enum(['grpo']).default('grpo').describe('how advantages are estimated'),
  n: count.default(4).describe('completions of a prompt'),
  temperature: z.number().positive().default(1).describe('of the draw; 1: the model as it is'),
  top_p: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe('draw from the likeliest tokens that sum to it'),
  top_k: z.int().min(-1).default(-1).describe('draw from so many likeliest tokens; -1: from all'),
  max_prompt_length: count.default(1024).describe('tokens that a whole prompt may have'),
  max_response_length: count.default(512).describe('tokens that a completion may have'),
  filter_overlong_prompts: z
    .boolean()
    .default(true)
    .describe('leave out rows whose whole prompt is too long, instead of --truncation'),
  ppo_mini_batch_size: count
    .nullable()
    .default(null)
    .describe('prompts an update of the weights; null: those of the step'),
  ppo_epochs: count.default(1).describe('passes over the completions of a step'),
  clip_ratio: share.default(0.2).describe('how far the ratio to the policy that wrote may go'),
  clip_ratio_low: share
    .nullable()
    .default(null)
    .describe('how far it may go down; null: clip_ratio'),
  clip_ratio_high: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe('how far it may go up; null: clip_ratio'),
  clip_ratio_c: z.number().gt(1).default(3).describe("dual clip: bound of a bad token's loss"),
  loss_agg_mode: z
    .enum(aggregations)
    .default('token-mean')
    .describe("how tokens' losses are joined"),
  loss_scale_factor: count
    .nullable()
    .default(null)
    .describe('divisor of seq-mean-token-sum-norm; null: max_response_length'),
  entropy_coeff: z.number().default(0).describe('weight of the entropy, which is then kept up'),
  use_kl_loss: z.boolean().default(false).describe('add a KL term against the first model'),
  kl_loss_coef: z.number().min(0).default(0.001).describe('weight of the KL term'),
  kl_loss_type: z.enum(klLossTypes).default('low_var_kl').describe('estimate of the KL term'),
  norm_adv_by_std_in_grpo: z
    .boolean()
    .default(true)
    .describe("divide advantages by the group's deviation"),
  use_kl_in_reward: z.boolean().default(false).describe('take a KL penalty off the rewards'),
  kl_penalty: z.enum(klTypes).default('kl').describe('estimate of the KL penalty'),
  kl_coef: z.number().min(0).default(0.001).describe('weight of the KL penalty'),
  kl_ctrl: z
    .enum(['fixed', 'adaptive'])
    .default('fixed')
    .describe('whether the weight of the KL penalty adapts'),
  target_kl: z.number().positive().default(0.1).describe('KL that an adaptive weight aims at'),
  horizon: count.default(10000).describe('completions over which it adapts'),
  filter_groups: z
    .boolean()
    .default(false)
    .describe('draw on until the step has its number of prompts whose rewards differ (DAPO)'),
  max_num_gen_batches: count.default(10).describe('rollouts that a step may take for that'),
  overlong_buffer: z
    .boolean()
    .default(false)
    .describe('take a penalty off the reward of a completion that is nearly too long (DAPO)'),
  overlong_buffer_len: z
    .int()
    .min(0)
    .default(0)
    .describe('the last tokens of max_response_length, over which the penalty grows'),
  overlong_penalty_factor: z
    .number()
    .min(0)
    .default(1)
    .describe('penalty of a completion of max_response_length'),
  mask_truncated_completions: z
    .boolean()
    .default(false)
    .describe('leave completions that came to no end out of the loss (DAPO)'),
});
export type GrpoOptions = z.infer<typeof grpoOptions>;

/** What does not go together, common options among it, a sentence each. */
export function grpoContradictions(options: Readonly<Record<string, unknown>>): string[] {
  const given = options as unknown as GrpoOptions;
  const { n, ppo_mini_batch_size: mini, filter_groups } = given;
  const batch = Number(options.batch_size);
  const problems: string[] = [];
  if (mini !== null && batch % mini !== 0)
    problems.push(
      `--ppo-mini-batch-size: expected a divisor of --batch-size ${batch}, got '${mini}'`,
    );
  if (n === 1 && filter_groups)
    problems.push('--filter-groups: needs --n above 1: one completion differs from no other');
  if (given.loss_scale_factor !== null && given.loss_agg_mode !== 'seq-mean-token-sum-norm')
    problems.push('--loss-scale-factor: only divides --loss-agg-mode seq-mean-token-sum-norm');
  return [...problems, ...overlongProblems(given)];
}

function overlongProblems(options: GrpoOptions): string[] {
  const { overlong_buffer, overlong_buffer_len: length, max_response_length: most } = options;
  return overlong_buffer && (length === 0 || length > most)
    ? [
        `--overlong-buffer-len: expected tokens from 1 to --max-response-length ${most}, got '${length}'`,
      ]
    : [];
}
