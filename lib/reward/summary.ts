/** What the rewards of many rows come to, for a person to read. */
import { refusals, rowsText } from '../data/refusals.ts';
import type { Refused } from '../data/preference-pair.ts';
import type { Rewarded } from './reward-rows.ts';

export interface RewardTotals {
  rows: number;
  rewarded: number;
  /** Mean over the rewarded rows; null where there are none. */
  score: number | null;
  accuracy: number | null;
  /** Rewarded rows whose completion said nothing that was asked for. */
  unparseable: number;
  /** Reason to number of rows without a reward. */
  dropped: Record<string, number>;
}

export interface RewardSummary {
  add(row: number, reward: Rewarded | Refused): void;
  totals(): RewardTotals;
  /** Sentences: the means, then what could not be read, then the rows without a reward. */
  sentences(): string[];
}

export function rewardSummary(): RewardSummary {
  const left = refusals();
  const sums = { rows: 0, rewarded: 0, score: 0, accuracy: 0, judged: 0 };
  const unread: number[] = [];
  const mean = (sum: number, count: number): number | null => (count > 0 ? sum / count : null);
  const totals = (): RewardTotals => ({
    rows: sums.rows,
    rewarded: sums.rewarded,
    score: mean(sums.score, sums.rewarded),
    accuracy: mean(sums.accuracy, sums.judged),
    unparseable: unread.length,
    dropped: left.counts,
  });
  return {
    totals,
    add: (row, reward) => {
      sums.rows++;
      if (isRefused(reward)) {
        left.add(row, reward);
        return;
      }
      sums.rewarded++;
      sums.score += Number(reward.score);
      if (reward.accuracy !== undefined) {
        sums.judged++;
        sums.accuracy += Number(reward.accuracy);
      }
      if (isUnread(reward)) unread.push(row);
    },
    sentences: () => {
      const { rows, rewarded, score, accuracy } = totals();
      const means = [
        ...(score === null ? [] : [`mean score ${score.toFixed(4)}`]),
        ...(accuracy === null ? [] : [`accuracy ${accuracy.toFixed(4)}`]),
      ];
      const count = (n: number): string => n.toLocaleString('en-US');
      return [
        `${count(rewarded)} of ${count(rows)} rows have a reward${means.length > 0 ? `: ${means.join(', ')}` : ''}`,
        ...(unread.length > 0
          ? [`unparseable: ${rowsText(unread.slice(0, 10), unread.length)}`]
          : []),
        ...left.sentences(),
      ];
    },
  };
}

export function isRefused(reward: Rewarded | Refused): reward is Refused {
  return 'dropped' in reward;
}

function isUnread({ status, predicted_preference: preference }: Rewarded): boolean {
  return (
    status === 'missing' ||
    status === 'out_of_range' ||
    (preference !== undefined && !['A', 'B', 'tie'].includes(String(preference)))
  );
}
