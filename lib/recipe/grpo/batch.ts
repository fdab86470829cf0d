/** A step's groups as examples with their numbers, and which of them each update of the weights takes. */
import type { Batch, Completion, Example, Policy } from '../recipe.ts';
import { groupAdvantages, meanOf } from './advantage.ts';
import { tokenWeights } from './aggregation.ts';
import { klValue } from './kl.ts';
import type { GrpoOptions } from './options.ts';
import { byCompletion, examplesOf, piecesOf, type Piece } from './pieces.ts';
import { scoresOf, type Group } from './rollout.ts';

export interface Prepared extends Pick<Batch, 'examples' | 'updates' | 'metrics'> {
  /** Mean over completions of the mean KL of their tokens, where it is part of the reward. */
  rewardKl?: number;
}

export interface Preparing {
  policy: Policy;
  options: GrpoOptions;
  klCoef: number;
  /** A group of more tokens is computed in pieces. */
  mostTokens: number;
}

/** [group][completion][token]. */
type Tokens = readonly (readonly Float32Array[])[];

/**
 * Advantages and weights of every token; with several updates also the log-probabilities under the
 * weights that wrote, and where there is a KL term those under the reference, both by the policy.
 */
export async function prepareBatch(
  groups: readonly Group[],
  { policy, options, klCoef, mostTokens }: Preparing,
): Promise<Prepared> {
  const { temperature, use_kl_loss, use_kl_in_reward } = options;
  const pieces = piecesOf(groups, mostTokens);
  const bare = examplesOf(groups, pieces);
  const ask = async (which: 'current' | 'reference'): Promise<Tokens> =>
    byCompletion(groups, pieces, await policy.logProbs(bare, which, temperature));
  const updates = updatesOf(groups.length, pieces, options);
  const several = updates.length > 1;
  const old = several || use_kl_in_reward ? await ask('current') : undefined;
  const reference = use_kl_loss || use_kl_in_reward ? await ask('reference') : undefined;
  const kls = use_kl_in_reward ? penalties([old!, reference!], options) : undefined;
  const given: Given = {
    advantages: groups.map((group, g) => {
      const scores = scoresOf(group).map((score, c) => score - klCoef * (kls?.[g]![c]!.sum ?? 0));
      return groupAdvantages(scores, options.norm_adv_by_std_in_grpo);
    }),
    weights: weightsOf(groups, options),
    ...(several && { old: old! }),
    ...(use_kl_loss && { reference: reference! }),
  };
  const examples = bare.map((example, p) => withNumbers(example, groups, pieces[p]!, given));
  return {
    examples,
    ...(several && { updates }),
    metrics: { advantage: meanOf(examples.flatMap(({ data }) => data.advantages!)) },
    ...(kls && { rewardKl: meanOf(kls.flat().map(({ mean }) => mean)) }),
  };
}

/** Numbers of completions and of their tokens, by group. */
interface Given {
  advantages: readonly (readonly number[])[];
  weights: readonly (readonly number[])[];
  old?: Tokens;
  reference?: Tokens;
}

function withNumbers(
  example: Example,
  groups: readonly Group[],
  { group: g, from, to }: Piece,
  { advantages, weights, old, reference }: Given,
): Example {
  const { completions } = groups[g]!;
  const own = Array.from({ length: to - from }, (_, i) => from + i);
  const spread = (numbers: readonly number[]): number[] =>
    own.flatMap((c) => completions[c]!.ids.map(() => numbers[c]!));
  const joined = (tokens: Tokens): number[] => own.flatMap((c) => Array.from(tokens[g]![c]!));
  const data = {
    ...example.data,
    advantages: spread(advantages[g]!),
    weights: spread(weights[g]!),
    ...(old && { old: joined(old) }),
    ...(reference && { reference: joined(reference) }),
  };
  return { ...example, data };
}

/** Mini-batches of prompts in their order, as often as there are epochs; as places among the pieces. */
function updatesOf(groups: number, pieces: readonly Piece[], options: GrpoOptions): number[][] {
  const { ppo_mini_batch_size: size, ppo_epochs: epochs } = options;
  const minis = chunks(
    Array.from({ length: groups }, (_, g) => g),
    size ?? groups,
  );
  const places = minis.map((mini) =>
    pieces.flatMap(({ group }, p) => (mini.includes(group) ? [p] : [])),
  );
  return Array.from({ length: epochs }, () => places).flat();
}

/** What a token of each completion counts for in its mini-batch; one that is left out counts for nothing. */
function weightsOf(groups: readonly Group[], options: GrpoOptions): number[][] {
  const { ppo_mini_batch_size: size, loss_agg_mode: mode, loss_scale_factor } = options;
  const horizon = loss_scale_factor ?? options.max_response_length;
  const counts = ({ ids, finish }: Completion): number =>
    options.mask_truncated_completions && finish === 'length' ? 0 : ids.length;
  return chunks(groups, size ?? groups.length).flatMap((mini) => {
    const completions = mini.flatMap((group) => group.completions);
    const lengths = completions.map(counts);
    const weights = tokenWeights(mode, lengths, horizon);
    // The loss is divided by all tokens of the mini-batch, its aggregation by those that count.
    const share = totalOf(completions.map(({ ids }) => ids.length)) / (totalOf(lengths) || 1);
    const scaled = share === 1 ? weights : weights.map((weight) => weight * share);
    let at = 0;
    return mini.map((group) => scaled.slice(at, (at += group.completions.length)));
  });
}

function totalOf(lengths: readonly number[]): number {
  return lengths.reduce((a, b) => a + b, 0);
}

/** VERL's penalty compares the policy that wrote with the reference, token by token. */
function penalties(
  [old, reference]: readonly [Tokens, Tokens],
  { kl_penalty: type }: GrpoOptions,
): { sum: number; mean: number }[][] {
  return old.map((group, g) =>
    group.map((tokens, c) => {
      const sum = tokens.reduce((total, logProb, t) => {
        return total + klValue(type, logProb, reference[g]![c]![t]!);
      }, 0);
      return { sum, mean: sum / Math.max(1, tokens.length) };
    }),
  );
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  const count = Math.ceil(list.length / size);
  return Array.from({ length: count }, (_, i) => list.slice(i * size, (i + 1) * size));
}
