/** RM-Bench (Liu et al., 2024): three right and three wrong answers, each in three styles, plainest first. */
import { answersOf, idIn, promptOf } from './read.ts';
import type { Answer, Converter } from './sample.ts';

const styles = ['concise', 'detailed_plain', 'detailed_markdown'];

export const rmBench: Converter = {
  name: 'rm-bench',
  summary: 'RM-Bench: right and wrong answers in three styles',
  columns: ['prompt', 'chosen', 'rejected', 'domain'],
  alias: 'rmbench',
  convert: (row) => [
    {
      kind: 'candidates',
      ...idIn(row.id),
      input: promptOf(row.prompt),
      chosen: answersOf(row.chosen, 'chosen').map(withStyle),
      rejected: answersOf(row.rejected, 'rejected').map(withStyle),
      category: 'conversation',
      metadata: { subset: row.domain ?? null },
    },
  ],
};

function withStyle(answer: Answer, at: number, all: readonly Answer[]): Answer {
  return all.length === styles.length ? { ...answer, label: { style: styles[at]! } } : answer;
}
