/**
 * The right answer among several. A pointwise judge scores each; a pairwise judge compares each with
 * each in both orders, and an answer's score is the number of comparisons that it wins.
 */
import { judgedCandidates, type JudgedCandidates } from '../data/judge-candidates.ts';
import type { Row } from '../data/rows.ts';
import { isRead } from '../reward/judge.ts';
import type { PairwiseJudge } from '../reward/pairwise.ts';
import type { PointwiseJudge } from '../reward/pointwise.ts';
import type { ChatMessage } from '../text/encoder.ts';
import { askRows, type Asking } from './ask.ts';
import { bestOfN, type Candidates } from './best-of-n.ts';
import { mean, shares } from './figures.ts';
import type { JudgeEvaluation } from './judge-evaluation.ts';

/** How answers are asked about, and what the completions make of them. */
interface Contest {
  judge: JudgeEvaluation['judge'];
  prompts(item: JudgedCandidates): (readonly ChatMessage[])[];
  /** A score an answer, and the share of completions that could be read. */
  scores(completions: readonly string[], answers: number): { scores: number[]; read: number };
}

export async function askCandidates(
  asking: Asking,
  judge: PairwiseJudge | PointwiseJudge,
  onVerdict: (row: Row) => void,
): Promise<JudgeEvaluation> {
  const contest = 'orders' in judge ? comparing(judge) : scoring(judge);
  const { answers, refused } = askRows(asking, (row, index) => {
    const item = judgedCandidates(row, index);
    return 'dropped' in item ? item : { about: item, prompts: contest.prompts(item) };
  });
  const items: Candidates[] = [];
  const parsed: number[] = [];
  for await (const { row, about, completions } of answers) {
    const { id, subset } = about;
    const right = about.chosen.length;
    const { scores, read } = contest.scores(completions, right + about.rejected.length);
    parsed.push(read);
    const [chosen, rejected] = [scores.slice(0, right), scores.slice(right)];
    items.push({ row, id, subset, chosen, rejected });
    const shown = (list: readonly number[]): (number | null)[] =>
      list.map((score) => (score === -Infinity ? null : score));
    onVerdict({
      ...{ row, id, subset, chosen: shown(chosen), rejected: shown(rejected) },
      completions: [...completions],
    });
  }
  const { metrics, intervals, ...rest } = bestOfN(items);
  const rate = shares({ parse_rate: parsed });
  return {
    ...{ judge: contest.judge, ...rest },
    metrics: { ...metrics, ...rate.values },
    intervals: { ...intervals, ...rate.intervals },
    dropped: refused.counts,
    notes: refused.sentences(),
  };
}

function scoring({ template }: PointwiseJudge): Contest {
  return {
    judge: 'pointwise',
    prompts: ({ conversation, chosen, rejected }) =>
      [...chosen, ...rejected].map((answer) =>
        template.format({ conversation, answers: [answer] }),
      ),
    scores: (completions) => {
      const scores = completions.map((text) => {
        const parsed = template.parse(text);
        return isRead(parsed) ? Number(parsed.value) : -Infinity;
      });
      return { scores, read: mean(scores.map((score) => Number(score > -Infinity)))! };
    },
  };
}

function comparing({ template }: PairwiseJudge): Contest {
  const pairs = (count: number): [number, number][] =>
    Array.from({ length: count }, (_, i) => i).flatMap((i) =>
      Array.from({ length: count }, (_, j): [number, number] => [i, j]).filter(([, j]) => j !== i),
    );
  return {
    judge: 'pairwise',
    prompts: ({ conversation, chosen, rejected }) => {
      const answers = [...chosen, ...rejected];
      return pairs(answers.length).map(([i, j]) =>
        template.format({ conversation, answers: [answers[i]!, answers[j]!] }),
      );
    },
    scores: (completions, answers) => {
      const scores = Array<number>(answers).fill(-Infinity);
      const verdicts = completions.map((text) => template.parse(text));
      const win = (answer: number, points: number): void => {
        scores[answer] = Math.max(scores[answer]!, 0) + points;
      };
      for (const [k, [i, j]] of pairs(answers).entries()) {
        const verdict = verdicts[k]!;
        if (!isRead(verdict)) continue;
        win(i, verdict.value === 'A' ? 1 : verdict.value === 'tie' ? 0.5 : 0);
        win(j, verdict.value === 'B' ? 1 : verdict.value === 'tie' ? 0.5 : 0);
      }
      return { scores, read: mean(verdicts.map((verdict) => Number(isRead(verdict))))! };
    },
  };
}
