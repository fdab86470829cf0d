/** Judged examples from a file of rows like those to be judged; a column `reason` says why. */
import type { Row } from '../data/cell.ts';
import { exactRows } from '../data/exact-rows.ts';
import { cellOf } from '../data/judge-cells.ts';
import { judgedPair } from '../data/judge-pair.ts';
import { judgedAnswer, type Scale } from '../data/judge-point.ts';
import type { Refused } from '../data/preference-pair.ts';
import { openRows, type Rows } from '../data/rows.ts';
import { isUserError, UserError } from '../errors.ts';
import type { JudgeExample } from './template.ts';

/** Pairs with their label. Throws a `UserError` that names the row which is none. */
export function pairExamples(path: string): Promise<JudgeExample[]> {
  return examplesOf(path, (row, index) => {
    const pair = judgedPair(row, index);
    return 'dropped' in pair ? pair : { ...pair, verdict: pair.truth };
  });
}

/** Answers with their score. Throws alike. */
export function scoreExamples(path: string, scale: Scale): Promise<JudgeExample[]> {
  return examplesOf(path, (row) => {
    const read = judgedAnswer(row, scale);
    return 'dropped' in read ? read : { ...read, answers: [read.answer], verdict: read.truth };
  });
}

async function examplesOf(
  path: string,
  read: (row: Row, index: number) => JudgeExample | Refused,
): Promise<JudgeExample[]> {
  const examples: JudgeExample[] = [];
  for await (const row of exactRows(await open(path))) {
    const index = examples.length;
    const example = read(row, index);
    if ('dropped' in example)
      throw new UserError(
        `--examples-file: '${path}', row ${index}: ${example.dropped}: ${example.detail}`,
        'it takes rows as they would be judged, with their label',
      );
    const reason = cellOf(row, ['reason']);
    const { conversation, answers, verdict, context = '' } = example;
    examples.push({
      ...{ conversation, answers, verdict, context },
      ...(typeof reason === 'string' && { reason }),
    });
  }
  return examples;
}

async function open(path: string): Promise<Rows> {
  try {
    return await openRows(path);
  } catch (error) {
    if (!isUserError(error)) throw error;
    throw new UserError(`--examples-file: ${error.message}`, error.hint, { cause: error });
  }
}

/**
 * What a judge is shown: examples that were read before. Throws where there is a file and nobody read it,
 * because reading takes a while and making a judge does not.
 */
export function examplesGiven(
  examples: readonly JudgeExample[] | undefined,
  file: string | null,
): readonly JudgeExample[] {
  if (examples) return examples;
  if (file === null) return [];
  throw new UserError(
    `the examples of '${file}' were not read`,
    'give the judge what pairExamples or scoreExamples read: { examples: await pairExamples(file) }',
  );
}
