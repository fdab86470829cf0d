/** GRPO's batches: the policy writes, a judge rewards, and the groups become a step. */
import type { Batch, Source } from '../recipe.ts';
import { rowBatches } from '../row-batches.ts';
import { varies } from './advantage.ts';
import { prepareBatch } from './batch.ts';
import type { GrpoOptions } from './options.ts';
import { overlongBuffer } from './overlong.ts';
import { promptReader, type Asking } from './prompts.ts';
import * as rollout from './rollout.ts';
import type { Group } from './rollout.ts';

/** Endless. What a rollout draws depends on the job's seed and the rollout's number alone. */
export async function* trainingBatches(
  source: Source<GrpoOptions>,
  asking: Asking,
): AsyncGenerator<Batch> {
  const { options, policy, seed, state = {} } = source;
  const { batchSize, microBatchTokens: mostTokens = Infinity } = source.batching;
  const scene = { ...source, ...asking, buffer: overlongBuffer(options) };
  let rollouts = Number(state.rollouts ?? 0);
  let klCoef = Number(state.klCoef ?? options.kl_coef);
  let drawn: Group[] = [];
  let cut = 0;
  let tries = 0;
  for await (const batch of rowBatches(source, promptReader(source, asking))) {
    const sampling = rollout.drawing(options, seed, rollouts++);
    drawn.push(...(await rollout.rollOut(batch.examples, scene, sampling)));
    cut += batch.cut ?? 0;
    tries++;
    const groups = chosen(drawn, options);
    if (options.filter_groups && groups.length < batchSize && tries < options.max_num_gen_batches)
      continue;
    // Where no group differs after so many tries the step takes them as they are: a KL term goes on.
    const taken = (groups.length > 0 ? groups : drawn).slice(0, batchSize);
    const { rewardKl, metrics, ...prepared } = await prepareBatch(taken, {
      policy,
      options,
      klCoef,
      mostTokens,
    });
    yield {
      ...prepared,
      metrics: {
        ...rollout.rolloutMetrics(drawn),
        ...metrics,
        zero_variance: rollout.zeroVariance(drawn),
        ...(options.filter_groups && { rollouts: tries }),
        ...(rewardKl !== undefined && { reward_kl: rewardKl, kl_coef: klCoef }),
      },
      samples: samplesOf(taken[0]!),
      cut,
      state: {
        ...batch.state,
        rollouts,
        ...(rewardKl !== undefined && {
          klCoef: (klCoef = adapted(klCoef, rewardKl, taken, options)),
        }),
      },
    };
    [drawn, cut, tries] = [[], 0, 0];
  }
}

/** Prompts that are answered together in a validation. */
const validationPrompts = 64;

/** Every kept row once, by its likeliest completion. There is nothing to compute a loss of. */
export async function* validationBatches(
  source: Source<GrpoOptions>,
  asking: Asking,
): AsyncGenerator<Batch> {
  const { options } = source;
  const batching = { ...source.batching, batchSize: validationPrompts };
  const reader = promptReader(source, asking);
  const scene = { ...source, ...asking, buffer: overlongBuffer(options) };
  for await (const { examples, state } of rowBatches({ ...source, batching }, reader)) {
    const groups = await rollout.rollOut(examples, scene, rollout.greedy(options));
    yield {
      ...{ examples: [], state, rows: groups.length },
      metrics: rollout.rolloutMetrics(groups),
      ...(Number(state.at) === groups.length && {
        samples: groups.slice(0, shownSamples).map((group) => rollout.sampleOf(group, 0)),
      }),
    };
  }
}

/** Completions that a validation shows. */
const shownSamples = 8;

/** Groups that teach something, where others are to be left out. */
function chosen(groups: readonly Group[], { filter_groups }: GrpoOptions): readonly Group[] {
  return filter_groups ? groups.filter((group) => varies(rollout.scoresOf(group))) : groups;
}

/** The best and the worst completion of a group. */
function samplesOf(group: Group): ReturnType<typeof rollout.sampleOf>[] {
  const scores = rollout.scoresOf(group);
  const best = scores.indexOf(Math.max(...scores));
  const worst = scores.indexOf(Math.min(...scores));
  return [...new Set([best, worst])].map((place) => rollout.sampleOf(group, place));
}

/** The adaptive weight of Ziegler et al. 2019 (https://arxiv.org/abs/1909.08593, 2.2), as VERL has it. */
function adapted(
  klCoef: number,
  kl: number,
  groups: readonly Group[],
  { kl_ctrl, target_kl, horizon, n }: GrpoOptions,
): number {
  if (kl_ctrl === 'fixed') return klCoef;
  const error = Math.min(0.2, Math.max(-0.2, kl / target_kl - 1));
  return klCoef * (1 + (error * groups.length * n) / horizon);
}
