/**
 * Bradley–Terry reward modelling: the probability that an answer is preferred is the sigmoid of the
 * difference of rewards (Bradley & Terry 1952; Ouyang et al. 2022, https://arxiv.org/abs/2203.02155).
 */
import { z } from 'zod';
import type { Preference } from '../data/preference.ts';
import * as t from '../graph/ops/elementwise.ts';
import { sum } from '../graph/ops/reduce.ts';
import type { Tensor } from '../graph/tensor.ts';
import { defineRecipe } from './define-recipe.ts';
import { pairReader, pairRewards } from './pair-rows.ts';
import type { Selection } from './recipe.ts';

const options = z.object({
  center_rewards_coefficient: z
    .number()
    .min(0)
    .default(0)
    .describe('weight of (chosen + rejected)², which keeps rewards near 0'),
  label_smoothing: z
    .number()
    .min(0)
    .lt(0.5)
    .default(0)
    .describe('probability that a label is the wrong way round'),
  use_margin: z
    .boolean()
    .default(true)
    .describe("subtract the column 'margin', where there is one, from the difference"),
  strength: z
    .enum(['none', 'margin', 'scale'])
    .default('none')
    .describe(
      "what the column 'preference_strength' does: nothing, a margin, a factor of the loss",
    ),
});
type Options = z.infer<typeof options>;

export const bradleyTerry = defineRecipe<Options>({
  name: 'bradley-terry',
  summary: 'a reward model from pairs of a chosen and a rejected answer',
  columns: {
    chosen: 'the better answer: text, messages (nested or as JSON), or token ids in chosen_ids',
    rejected: 'the worse answer, in the same form',
    prompt: 'optional: what comes before both',
    margin: 'optional: by how much the chosen reward should be higher',
    preference_strength: 'optional: how much better, in steps',
  },
  head: 'reward',
  options,
  rows: (selection: Selection<Options>) =>
    pairReader(selection, (pair) => numbersOf(pair, selection.options)),

  /**
   * −log σ(chosen − rejected − margin), by softplus. The margin is that of Llama 2
   * (https://arxiv.org/abs/2307.09288, 3.2.2), the factor that of HelpSteer2-Preference
   * (https://arxiv.org/abs/2410.01257), the centre term Eisenstein et al.'s
   * (https://arxiv.org/abs/2312.09244), label smoothing Mitchell's (conservative DPO, 2023).
   */
  loss(model, batch, { center_rewards_coefficient: center, label_smoothing: smoothing }) {
    const [chosen, rejected] = pairRewards(model, batch); // [examples] each
    const difference = t.sub(chosen, rejected);
    const margin = batch.data.margin;
    const wanted = margin ? t.sub(difference, margin) : difference;
    const right = t.softplus(t.neg(wanted));
    const mixed =
      smoothing > 0
        ? t.add(t.mul(right, 1 - smoothing), t.mul(t.softplus(wanted), smoothing))
        : right;
    const scaled = batch.data.factor ? t.mul(mixed, batch.data.factor) : mixed;
    const both = t.add(chosen, rejected);
    const each = center > 0 ? t.add(scaled, t.mul(t.square(both), center)) : scaled;
    const mean = (x: Tensor): Tensor => t.mul(sum(x), batch.scale);
    return {
      loss: mean(each),
      metrics: {
        accuracy: mean(t.cast(t.less(rejected, chosen), 'float32')),
        margin: mean(difference),
        mean_reward: t.mul(mean(both), 0.5),
      },
    };
  },
});

/** Every row of a table has the same names, so that all fit one graph. */
function numbersOf(pair: Preference, options: Options): Record<string, readonly number[]> {
  const { margin = 0, strength = 0 } = pair;
  const steps = Math.abs(strength);
  const total = (options.use_margin ? margin : 0) + (options.strength === 'margin' ? steps : 0);
  return {
    margin: [total],
    ...(options.strength === 'scale' && { factor: [pair.strength === undefined ? 1 : steps] }),
  };
}
