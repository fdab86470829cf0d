/** What a score is worth. It needs no package, so that it runs wherever Node does. */
import { compatScore } from './compat-score.ts';
import { isRead, type Facts, type Reward, type RewardResult } from './judge.ts';
import type { PointwiseOptions } from './options.ts';
import { parseScore } from './score.ts';
import { result, rewarded, worthOf, type Worth } from './worth.ts';

type Options = Pick<
  PointwiseOptions,
  'reward_compat' | 'min_score' | 'max_score' | 'decay' | 'repaired_reward' | 'format_reward'
> & { reward: Worth };

export function pointwiseReward(options: Options): Reward {
  const { reward_compat, min_score: min, max_score: max, decay: k } = options;
  const form = { repaired: options.repaired_reward, format: options.format_reward };
  if (reward_compat) return (completion, facts) => asCompat(reward_compat, completion, facts);
  return (completion, facts) => {
    const parsed = parseScore(completion, { min, max });
    const truth = Number(facts.truth);
    const predicted = Number(parsed.value);
    const worth = isRead(parsed) ? worthOf(options.reward, { predicted, truth, min, max, k }) : 0;
    return result(parsed, truth, rewarded(worth, parsed.status, form));
  };
}

/** OpenJudge's record has no accuracy, and none says whether there was a score to read. */
function asCompat(
  generation: NonNullable<PointwiseOptions['reward_compat']>,
  completion: string,
  facts: Facts,
): RewardResult {
  const { score, predicted_helpfulness, true_helpfulness } = compatScore(
    generation,
    completion,
    facts,
  );
  const accuracy = score !== 0 && predicted_helpfulness === true_helpfulness ? 1 : 0;
  const status = /<score>/i.test(completion) ? 'ok' : 'missing';
  return { score: Number(score), accuracy, predicted: predicted_helpfulness!, status };
}
