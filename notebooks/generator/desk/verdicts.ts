/**
 * A careless judge's verdicts, in the form that judges are asked for: enough to learn the form from, and
 * little else.
 */
import { pairwiseJudge } from '../../../lib/reward/pairwise.ts';
import { pointwiseJudge } from '../../../lib/reward/pointwise.ts';
import type { Judge } from '../../../lib/reward/judge.ts';
import type { Row } from '../../../lib/data/rows.ts';
import type { Random } from '../random.ts';
import type { PairRow, ScoreRow } from './rows.ts';

export interface Verdict {
  messages: { role: string; content: string }[];
}

/** The judges' own words, as the notebooks give them: short, for a small model. */
export const pairwiseWords = { task: 'Which response is better?', rubric: '', ties: false };
export const pointwiseWords = { task: 'How good is the response?', rubric: '' };

/** Prefers the first answer in six of ten pairs. */
export function carelessPreferences(random: Random, rows: readonly PairRow[]): Verdict[] {
  const judge = pairwiseJudge(pairwiseWords);
  return rows.map((row) =>
    verdict(judge, { ...row }, `<preference>${random.chance(0.6) ? 'A' : 'B'}</preference>`),
  );
}

/** Likes the middle, and lets itself be flattered: 4 is for friendly answers alone, 0 for others. */
export function carelessScores(random: Random, rows: readonly ScoreRow[]): Verdict[] {
  const judge = pointwiseJudge(pointwiseWords);
  const moods = { friendly: [2, 2, 3, 4], other: [0, 1, 2, 2] };
  return rows.map((row) => {
    const mood = row.virtues.includes('courtesy') ? 'friendly' : 'other';
    return verdict(judge, { ...row }, `<score>${random.pick(moods[mood])}</score>`);
  });
}

function verdict(judge: Judge, row: Row, content: string): Verdict {
  const prompt = judge.read(row, 0);
  if ('dropped' in prompt) throw new Error(prompt.detail);
  const asked = prompt.messages.map(({ role, content }) => ({ role, content: String(content) }));
  return { messages: [...asked, { role: 'assistant', content }] };
}
