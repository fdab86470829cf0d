/**
 * The right answer among several. A pointwise judge scores each; a pairwise judge compares each with
 * each in both orders, and an answer's score is the number of comparisons that it wins.
 */
import { judgedCandidates, type JudgedCandidates } from '../data/judge-candidates.ts';
import type { Row } from '../data/rows.ts';
import type { PairwiseJudge } from '../reward/pairwise.ts';
import type { PointwiseJudge } from '../reward/pointwise.ts';
import type { ChatMessage } from '../text/encoder.ts';
import { askRows, type Asking } from './ask.ts';
import { bestOfNFigures, bySubset, isTies, type Candidates } from './best-of-n.ts';
import type { JudgeEvaluation } from './judge-evaluation.ts';
import { mean } from './figures.ts';

/** How answers are asked about, and what the completions make of them. */
interface Contest {
  judge: JudgeEvaluation['judge'];
  /** Most answers of a row. */
  most: number;
  prompts(item: JudgedCandidates): (readonly ChatMessage[])[];
  scores(completions: readonly string[], answers: number): number[];
}

export async function askCandidates(
  asking: Asking,
  judge: PairwiseJudge | PointwiseJudge,
  onVerdict: (row: Row) => void,
): Promise<JudgeEvaluation> {
  const contest = 'orders' in judge ? comparing(judge) : scoring(judge);
  const { answers, refused } = askRows(asking, (row, index) => {
    const item = judgedCandidates(row, index);
    if ('dropped' in item) return item;
    const count = item.chosen.length + item.rejected.length;
    return count > contest.most
      ? { dropped: 'too many answers to compare', detail: `${count}, at most ${contest.most}` }
      : { about: item, prompts: contest.prompts(item) };
  });
  const items: Candidates[] = [];
  for await (const { row, about, completions } of answers) {
    const { id, subset } = about;
    const right = about.chosen.length;
    const scores = contest.scores(completions, right + about.rejected.length);
    const [chosen, rejected] = [scores.slice(0, right), scores.slice(right)];
    items.push({ row, id, subset, chosen, rejected });
    onVerdict({ row, id, subset, chosen, rejected, completions: [...completions] });
  }
  const groups = bySubset(items);
  const figures = bestOfNFigures(items.filter(({ subset }) => !isTies(subset)));
  const subsets = Object.values(groups).flatMap(({ score }) => score ?? []);
  return {
    ...{ judge: contest.judge, rows: items.length, intervals: figures.intervals, groups },
    metrics: { ...figures.values, mean_of_subsets: mean(subsets) ?? null },
    dropped: refused.counts,
    notes: refused.sentences(),
  };
}

/** A score that cannot be read is below all others. */
function scoring({ template, scale }: PointwiseJudge): Contest {
  return {
    ...{ judge: 'pointwise', most: Infinity },
    prompts: ({ conversation, chosen, rejected }) =>
      [...chosen, ...rejected].map((answer) =>
        template.format({ conversation, answers: [answer] }),
      ),
    scores: (completions) =>
      completions.map((text) => {
        const { value, status } = template.parse(text);
        return status === 'ok' || status === 'repaired' ? Number(value) : scale.min - 1;
      }),
  };
}

function comparing({ template }: PairwiseJudge): Contest {
  const pairs = (count: number): [number, number][] =>
    Array.from({ length: count }, (_, i) => i).flatMap((i) =>
      Array.from({ length: count }, (_, j): [number, number] => [i, j]).filter(([, j]) => j !== i),
    );
  return {
    ...{ judge: 'pairwise', most: 8 },
    prompts: ({ conversation, chosen, rejected }) => {
      const answers = [...chosen, ...rejected];
      return pairs(answers.length).map(([i, j]) =>
        template.format({ conversation, answers: [answers[i]!, answers[j]!] }),
      );
    },
    scores: (completions, answers) => {
      const scores = Array<number>(answers).fill(0);
      for (const [k, [i, j]] of pairs(answers).entries()) {
        const { value, status } = template.parse(completions[k]!);
        if (status !== 'ok' && status !== 'repaired') continue;
        scores[i]! += value === 'A' ? 1 : value === 'tie' ? 0.5 : 0;
        scores[j]! += value === 'B' ? 1 : value === 'tie' ? 0.5 : 0;
      }
      return scores;
    },
  };
}
