/** What a verdict on two answers is worth. It needs no package, so that it runs wherever Node does. */
import { compatPreference } from './compat-preference.ts';
import type { Reward } from './judge.ts';
import type { PairwiseOptions } from './options.ts';
import { parsePreference } from './preference.ts';
import { result, rewarded } from './worth.ts';

export function pairwiseReward({
  ties,
  reward_compat,
  repaired_reward,
  format_reward,
}: Pick<PairwiseOptions, 'ties' | 'reward_compat' | 'repaired_reward' | 'format_reward'>): Reward {
  const form = { repaired: repaired_reward, format: format_reward };
  if (reward_compat)
    return (completion, facts) => {
      const record = compatPreference(reward_compat, completion, facts);
      const { score, accuracy, predicted_preference: predicted } = record;
      const status = /^unknown$/i.test(String(predicted)) ? 'missing' : 'ok';
      return { score: Number(score), accuracy: Number(accuracy), predicted: predicted!, status };
    };
  return (completion, { truth }) => {
    const parsed = parsePreference(completion, ties);
    const worth = parsed.value === truth ? 1 : 0;
    return result(parsed, truth, rewarded(worth, parsed.status, form));
  };
}
