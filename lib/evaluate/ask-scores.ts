/** Answers scored one by one. */
import type { Row } from '../data/rows.ts';
import type { PointwiseJudge } from '../reward/pointwise.ts';
import { askRows, type Asking } from './ask.ts';
import type { JudgeEvaluation } from './judge-evaluation.ts';
import { confusion, scoreFigures, type JudgedScore } from './judged-scores.ts';

export async function askScores(
  asking: Asking,
  judge: PointwiseJudge,
  onVerdict: (row: Row) => void,
): Promise<JudgeEvaluation> {
  const { answers, refused } = askRows(asking, (row, index) => {
    const prompt = judge.read(row, index);
    if ('dropped' in prompt) return prompt;
    const { truth, source } = prompt;
    return { about: { truth: Number(truth), source }, prompts: [prompt.messages] };
  });
  const scores: JudgedScore[] = [];
  for await (const { row, about, completions } of answers) {
    const verdict = judge.template.parse(completions[0]!);
    scores.push({ row, ...about, verdict });
    const { value, status } = verdict;
    const score = typeof value === 'number' ? value : null;
    onVerdict({ row, ...about, score, status, completion: completions[0]! });
  }
  const { values, intervals } = scoreFigures(scores);
  const table = confusion(scores, judge.scale);
  return {
    ...{ judge: 'pointwise' as const, rows: scores.length, metrics: values, intervals },
    ...(table && { confusion: table }),
    dropped: refused.counts,
    notes: refused.sentences(),
  };
}
