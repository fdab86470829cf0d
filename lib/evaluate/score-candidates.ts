/** A reward model on finding the right answer among several, RewardBench 2's layout. */
import { candidateColumns, judgedCandidates } from '../data/judge-candidates.ts';
import { refusals } from '../data/refusals.ts';
import type { Rows } from '../data/rows.ts';
import { rowsWork, type RowsWorkOptions } from '../rows-work.ts';
import type { RewardModel } from '../worker/reward-model.ts';
import { bestOfN } from './best-of-n.ts';
import type { Candidates } from './best-of-n.ts';
import type { JudgeEvaluation } from './judge-evaluation.ts';

/** Scores every answer of every usable row. */
export async function scoreCandidates(
  model: Pick<RewardModel, 'score'>,
  rows: Rows,
  options: RowsWorkOptions = {},
): Promise<Omit<JudgeEvaluation, 'judge'>> {
  using work = rowsWork('scoring', options);
  const refused = refusals();
  const items: Candidates[] = [];
  let index = 0;
  for await (const chunk of rows.scan(candidateColumns(rows)))
    for (const row of chunk) {
      const item = judgedCandidates(row, index);
      if ('dropped' in item) refused.add(index, item);
      else {
        const { id, subset, conversation, chosen } = item;
        const answers = [...chosen, ...item.rejected].map((content) => [
          ...conversation,
          { role: 'assistant', content },
        ]);
        const scores = await model.score(answers);
        const right = chosen.length;
        items.push({
          ...{ row: index, id, subset },
          ...{ chosen: scores.slice(0, right), rejected: scores.slice(right) },
        });
      }
      work.report(++index, rows.count);
    }
  return { ...bestOfN(items), dropped: refused.counts, notes: refused.sentences() };
}
