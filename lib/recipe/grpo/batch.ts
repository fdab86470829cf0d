/** A step's groups as examples with their numbers, and which of them each update of the weights takes. */
import type { Batch, Example, Policy } from '../recipe.ts';
import { groupAdvantages, meanOf } from './advantage.ts';
import { tokenWeights } from './aggregation.ts';
import { groupExample, spread } from './example.ts';
import { klValue } from './kl.ts';
import type { GrpoOptions } from './options.ts';
import { scoresOf, type Group } from './rollout.ts';

export interface Prepared extends Pick<Batch, 'examples' | 'updates' | 'metrics'> {
  /** Mean over completions of the mean KL of their tokens, where it is part of the reward. */
  rewardKl?: number;
}

/**
 * Advantages and weights of every token; with several updates also the log-probabilities under the
 * weights that wrote, and where there is a KL term those under the reference, both by the policy.
 */
export async function prepareBatch(
  groups: readonly Group[],
  { policy, options, klCoef }: { policy: Policy; options: GrpoOptions; klCoef: number },
): Promise<Prepared> {
  const { temperature, use_kl_loss, use_kl_in_reward } = options;
  const bare = groups.map((group) => groupExample(group.asked.ids, idsOf(group), group.asked.row));
  const updates = updatesOf(groups.length, options);
  const several = updates.length > 1;
  const ask = (which: 'current' | 'reference'): Promise<Float32Array[]> =>
    policy.logProbs(bare, which, temperature);
  const old = several || use_kl_in_reward ? await ask('current') : undefined;
  const reference = use_kl_loss || use_kl_in_reward ? await ask('reference') : undefined;
  const kls =
    use_kl_in_reward && old && reference
      ? groups.map((group, g) => klByCompletion(group, [old[g]!, reference[g]!], options))
      : undefined;
  const advantages = groups.map((group, g) => {
    const penalty = kls?.[g]?.map(({ sum }) => klCoef * sum) ?? [];
    const scores = scoresOf(group).map((score, i) => score - (penalty[i] ?? 0));
    return groupAdvantages(scores, options.norm_adv_by_std_in_grpo);
  });
  const weights = weightsOf(groups, options);
  const examples = bare.map((example, g): Example => {
    const ids = idsOf(groups[g]!);
    const data = {
      ...example.data,
      advantages: spread(ids, advantages[g]!),
      weights: spread(ids, weights[g]!),
      ...(several && old && { old: Array.from(old[g]!) }),
      ...(use_kl_loss && reference && { reference: Array.from(reference[g]!) }),
    };
    return { ...example, data };
  });
  const means = kls?.flatMap((group) => group.map(({ mean }) => mean));
  return {
    examples,
    ...(several && { updates }),
    metrics: { advantage: meanOf(examples.flatMap(({ data }) => data.advantages!)) },
    ...(means && { rewardKl: meanOf(means) }),
  };
}

/** Mini-batches of prompts in their order, as often as there are epochs. */
function updatesOf(groups: number, options: GrpoOptions): number[][] {
  const { ppo_mini_batch_size: size, ppo_epochs: epochs } = options;
  const places = Array.from({ length: groups }, (_, i) => i);
  const minis = chunks(places, size ?? groups);
  return Array.from({ length: epochs }, () => minis).flat();
}

/** What a token of each completion counts for in its mini-batch. */
function weightsOf(groups: readonly Group[], options: GrpoOptions): number[][] {
  const { ppo_mini_batch_size: size, loss_agg_mode: mode, loss_scale_factor } = options;
  const horizon = loss_scale_factor ?? options.max_response_length;
  return chunks(groups, size ?? groups.length).flatMap((mini) => {
    const lengths = mini.flatMap((group) => group.completions.map(({ ids }) => ids.length));
    const weights = tokenWeights(mode, lengths, horizon);
    let at = 0;
    return mini.map(({ completions }) => weights.slice(at, (at += completions.length)));
  });
}

/** VERL's penalty compares the policy that wrote with the reference, token by token. */
function klByCompletion(
  { completions }: Group,
  [old, reference]: readonly [Float32Array, Float32Array],
  { kl_penalty: type }: GrpoOptions,
): { sum: number; mean: number }[] {
  let at = 0;
  return completions.map(({ ids }) => {
    const values = ids.map(() => klValue(type, old[at]!, reference[at++]!));
    const sum = values.reduce((a, b) => a + b, 0);
    return { sum, mean: sum / Math.max(1, ids.length) };
  });
}

function idsOf({ completions }: Group): number[][] {
  return completions.map(({ ids }) => ids);
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  const count = Math.ceil(list.length / size);
  return Array.from({ length: count }, (_, i) => list.slice(i * size, (i + 1) * size));
}
