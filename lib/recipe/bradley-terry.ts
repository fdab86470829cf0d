/**
 * Bradley–Terry reward modelling: the probability that an answer is preferred is the sigmoid of the
 * difference of rewards (Bradley & Terry 1952; Ouyang et al. 2022, https://arxiv.org/abs/2203.02155).
 */
import { z } from 'zod';
import { preferenceReader, type Preference } from '../data/preference.ts';
import * as t from '../graph/ops/elementwise.ts';
import { sum } from '../graph/ops/reduce.ts';
import { reshape, slice } from '../graph/ops/shape.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { TextEncoder } from '../text/encoder.ts';
import { checkIds, encodeConversation, encodeText, fit, inRow } from './encode.ts';
import { defineRecipe } from './define-recipe.ts';
import { pairExample } from './pair.ts';
import type { Batching, Selection } from './recipe.ts';
import { rowBatches } from './row-batches.ts';
import { surveyRows, type RowReader } from './survey.ts';

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
  survey: async (selection, exact) => surveyRows(selection, await pairReader(selection), exact),
  batches: async function* (source) {
    yield* rowBatches(source, await pairReader(source));
  },

  /**
   * −log σ(chosen − rejected − margin), by softplus. The margin is that of Llama 2
   * (https://arxiv.org/abs/2307.09288, 3.2.2), the factor that of HelpSteer2-Preference
   * (https://arxiv.org/abs/2410.01257), the centre term Eisenstein et al.'s
   * (https://arxiv.org/abs/2312.09244), label smoothing Mitchell's (conservative DPO, 2023).
   */
  loss(model, batch, { center_rewards_coefficient: center, label_smoothing: smoothing }) {
    const rewards = reshape(model.rewards(batch), [batch.examples, 2]);
    const chosen = column(rewards, 0); // [examples]
    const rejected = column(rewards, 1);
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

function column(pairs: Tensor, index: number): Tensor {
  return reshape(slice(pairs, 1, index, index + 1), [pairs.shape[0]!]);
}

/** Rows as pairs of token ids. */
async function pairReader(selection: Selection<Options>): Promise<RowReader> {
  const { rows, text, batching, options } = selection;
  const reader = await preferenceReader(rows);
  const fitted = (pair: Preference): [readonly number[], readonly number[]] | undefined => {
    const [chosen, rejected] = sides(pair, text).map((ids) => fit(ids, batching));
    return chosen && rejected && [chosen, rejected];
  };
  return {
    columns: reader.columns,
    refusal: (row, index) => {
      const pair = reader.read(row, index);
      if ('dropped' in pair) return pair.dropped;
      const tooLong = mayBeTooLong(pair, batching) && !fitted(pair);
      return tooLong ? `longer than ${batching.maxLength} tokens` : undefined;
    },
    example: (row, index) => {
      const pair = reader.read(row, index);
      if ('dropped' in pair) throw new Error(`row ${index} was refused: ${pair.dropped}`);
      const whole = sides(pair, text);
      const [chosen, rejected] = whole.map((ids) => fit(ids, batching)!) as [number[], number[]];
      const cut = whole.some((ids) => ids.length > batching.maxLength);
      return { example: pairExample([chosen, rejected], index, numbersOf(pair, options)), cut };
    },
  };
}

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

function sides(pair: Preference, text: TextEncoder): [number[], number[]] {
  switch (pair.kind) {
    case 'ids':
      return [checkIds(pair.chosen, text, pair.row), checkIds(pair.rejected, text, pair.row)];
    case 'messages':
      return inRow(pair.row, () => [
        encodeConversation(pair.chosen, text),
        encodeConversation(pair.rejected, text),
      ]);
    case 'text': {
      const prompt = pair.prompt ?? '';
      return [encodeText(prompt + pair.chosen, text), encodeText(prompt + pair.rejected, text)];
    }
  }
}

/** Tokenising every row only to drop none of them is slow; a short text cannot have many tokens. */
function mayBeTooLong(pair: Preference, { maxLength, truncation }: Batching): boolean {
  if (truncation !== 'drop') return false;
  if (pair.kind === 'ids') return true;
  const template = pair.kind === 'messages' ? 256 : 1;
  const size = (side: unknown): number => Buffer.byteLength(JSON.stringify(side)) + template;
  const prompt = pair.kind === 'text' ? size(pair.prompt ?? '') : 0;
  return prompt + Math.max(size(pair.chosen), size(pair.rejected)) > maxLength;
}
