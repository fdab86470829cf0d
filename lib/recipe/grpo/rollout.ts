/** Prompts that the policy answers, and what its answers are worth. */
import { isRead, type Judge, type RewardResult } from '../../reward/judge.ts';
import { mix } from '../../data/order.ts';
import type { TextEncoder } from '../../text/encoder.ts';
import type { Completion, OwnReward, Policy, Sample, Sampling } from '../recipe.ts';
import { meanOf, varies } from './advantage.ts';
import type { GrpoOptions } from './options.ts';
import { overlongPenalty, type OverlongBuffer } from './overlong.ts';
import type { Asked } from './prompts.ts';

/** A prompt with its completions. */
export interface Group {
  asked: Asked;
  completions: readonly Completion[];
  results: readonly Result[];
}

/** What the judge makes of a completion; the score and further values by a function of one's own, if any. */
export interface Result extends RewardResult {
  values?: Readonly<Record<string, number | string>>;
  /** What its length cost, where that costs something; the score is what is left. */
  penalty?: number;
}

export interface Scene {
  policy: Policy;
  judge: Judge;
  text: Pick<TextEncoder, 'decode'>;
  reward?: OwnReward;
  buffer?: OverlongBuffer | undefined;
}

/** Lets the policy answer, and finds out what that is worth. */
export async function rollOut(
  asked: readonly Asked[],
  scene: Scene,
  sampling: Sampling,
): Promise<Group[]> {
  const { policy, judge, reward } = scene;
  const written = await policy.generate(
    asked.map(({ ids }) => ids),
    sampling,
  );
  const groups = asked.map((one, i): Group => {
    const completions = written[i]!;
    const results = completions.map(({ text }) => judge.reward(text, one.prompt));
    return { asked: one, completions, results };
  });
  const rewarded = reward ? await rewardedBy(reward, groups, scene) : groups;
  return rewarded.map((group) => penalised(group, scene.buffer));
}

/** A group whose scores have lost what the lengths of its completions cost. */
function penalised(group: Group, buffer: OverlongBuffer | undefined): Group {
  if (!buffer) return group;
  const results = group.results.map((result, c): Result => {
    const penalty = overlongPenalty(group.completions[c]!.ids.length, buffer);
    return { ...result, score: result.score - penalty, penalty };
  });
  return { ...group, results };
}

async function rewardedBy(
  reward: OwnReward,
  groups: readonly Group[],
  { text }: Scene,
): Promise<Group[]> {
  const rollouts = groups.flatMap(({ asked: { ids, from, row }, completions }) => {
    const prompt = text.decode(ids);
    return completions.map(({ text }) => ({ prompt, completion: text, row: from, index: row }));
  });
  const scores = await reward(rollouts);
  let at = 0;
  return groups.map((group) => ({
    ...group,
    results: group.results.map((result) => ({ ...result, ...scores[at++]! })),
  }));
}

/** How the completions of a rollout are drawn: a stream of the job's seed and the rollout's number. */
export function drawing(options: GrpoOptions, seed: number, rollout: number): Sampling {
  const { max_response_length: maxTokens, temperature, top_p: topP, top_k: topK, n } = options;
  const draw = { maxTokens, temperature, topP, topK: Math.max(0, topK), n, stop: [] };
  return { ...draw, seed: mix(mix(seed, -3), rollout) >>> 1 };
}

/** The likeliest completion, one a prompt: VERL's validation. */
export function greedy({ max_response_length: maxTokens }: GrpoOptions): Sampling {
  return { maxTokens, temperature: 0, topP: 1, topK: 0, n: 1, seed: 0, stop: [] };
}

export function scoresOf({ results }: Group): number[] {
  return results.map(({ score }) => score);
}

/** Means over all completions of these groups. */
export function rolloutMetrics(groups: readonly Group[]): Record<string, number> {
  const results = groups.flatMap((group) => group.results);
  const completions = groups.flatMap((group) => group.completions);
  const penalties = results.flatMap(({ penalty }) => penalty ?? []);
  const share = (list: readonly boolean[]): number => meanOf(list.map(Number));
  return {
    reward: meanOf(results.map(({ score }) => score)),
    accuracy: meanOf(results.map(({ accuracy }) => accuracy)),
    parse_rate: share(results.map(isRead)),
    response_length: meanOf(completions.map(({ ids }) => ids.length)),
    truncated: share(completions.map(({ finish }) => finish === 'length')),
    ...(penalties.length > 0 && { overlong_penalty: meanOf(penalties) }),
    ...valueMeans(results),
  };
}

/** Of the numbers that a reward function of one's own gave beside the score. */
function valueMeans(results: readonly Result[]): Record<string, number> {
  const given = results.flatMap(({ values = {} }) => Object.entries(values));
  const names = [...new Set(given.map(([name]) => name))];
  const numbers = (wanted: string): number[] =>
    given.flatMap(([name, value]) => (name === wanted && typeof value === 'number' ? [value] : []));
  const means = names.map((name) => [name, numbers(name)] as const);
  return Object.fromEntries(
    means.filter(([, list]) => list.length > 0).map(([name, list]) => [name, meanOf(list)]),
  );
}

/** The share of groups whose scores are all the same. */
export function zeroVariance(groups: readonly Group[]): number {
  return meanOf(groups.map((group) => (varies(scoresOf(group)) ? 0 : 1)));
}

/** Characters that a sample shows of a prompt, and of a completion: a run keeps many samples. */
const shown = { prompt: 1500, completion: 4000 };

/** Completions for a person to look at. */
export function sampleOf({ asked, completions, results }: Group, place: number): Sample {
  const { messages, truth } = asked.prompt;
  const { predicted, score, status, penalty, values } = results[place]!;
  const length = penalty !== undefined && { overlong_penalty: penalty };
  const texts = messages.map(({ content }) =>
    typeof content === 'string' ? content : JSON.stringify(content),
  );
  return {
    prompt: shortened(texts.join('\n\n'), shown.prompt),
    completion: shortened(completions[place]!.text, shown.completion),
    values: { row: asked.row, predicted, truth, reward: score, status, ...length, ...values },
  };
}

/** A long text without its middle. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most / 2)} … ${text.slice(-most / 2)}`;
}
