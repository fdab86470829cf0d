/** PRMBench (Song et al., 2025): a solution's steps, and the same steps with errors at known places, counted from 1. */
import type { Cell, Row } from '../cell.ts';
import { decoded } from '../judge-cells.ts';
import { shown } from '../messages.ts';
import { idIn, promptOf } from './read.ts';
import { kept, NotUsable, type Answer, type Converter } from './sample.ts';

export const prmBench: Converter = {
  name: 'prm-bench',
  summary: 'PRMBench: a solution in steps, and one with errors at known steps',
  columns: ['original_process', 'modified_process', 'error_steps'],
  alias: 'prmbench',
  convert(row) {
    const question = row.original_question ?? row.question;
    const asked = row.modified_question ?? question;
    if (JSON.stringify(asked) !== JSON.stringify(question))
      throw new NotUsable(
        'answers to different prompts',
        'the question was modified with its solution',
      );
    const errors = numbers(row.error_steps);
    return [
      {
        kind: 'candidates',
        ...idIn(row.idx),
        input: promptOf(question),
        chosen: [solution(row, 'original_process', [])],
        rejected: [solution(row, 'modified_process', errors)],
        category: typeof row.classification === 'string' ? row.classification : 'reasoning',
        metadata: {
          ...kept(row, ['reason']),
          error_steps: errors,
          subset: row.classification ?? null,
        },
      },
    ];
  },
};

function solution(row: Row, process: string, errors: readonly number[]): Answer {
  const list = decoded(row[process]);
  const texts = Array.isArray(list) ? list.filter((step) => typeof step === 'string') : [];
  if (!Array.isArray(list) || texts.length === 0 || texts.length < list.length)
    throw new NotUsable('not a list of steps', `${process} holds ${shown(list)}`);
  return {
    content: texts.join('\n'),
    label: { process_type: process },
    steps: texts.map((content, i) => ({
      content,
      label: { correctness: errors.includes(i + 1) ? 'error' : 'correct', step_idx: i + 1 },
    })),
  };
}

function numbers(cell: Cell | undefined): number[] {
  const list = decoded(cell);
  if (Array.isArray(list) && list.length > 0 && list.every((step) => typeof step === 'number'))
    return list;
  throw new NotUsable('no label', `error_steps holds ${shown(list)}, expected numbers of steps`);
}
