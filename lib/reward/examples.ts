/** Judged examples from a file of rows like those to be judged; a column `reason` says why. */
import { readFileSync } from 'node:fs';
import type { Row } from '../data/cell.ts';
import { cellOf } from '../data/judge-cells.ts';
import { judgedPair } from '../data/judge-pair.ts';
import { judgedAnswer, type Scale } from '../data/judge-point.ts';
import type { Refused } from '../data/preference-pair.ts';
import { UserError } from '../errors.ts';
import type { JudgeExample } from './template.ts';

/** Pairs with their label. Throws a `UserError` that names the line which is no such row. */
export function pairExamples(path: string): JudgeExample[] {
  return examplesOf(path, (row, index) => {
    const pair = judgedPair(row, index);
    return 'dropped' in pair ? pair : { ...pair, verdict: pair.truth };
  });
}

/** Answers with their score. Throws alike. */
export function scoreExamples(path: string, scale: Scale): JudgeExample[] {
  return examplesOf(path, (row) => {
    const read = judgedAnswer(row, scale);
    return 'dropped' in read ? read : { ...read, answers: [read.answer], verdict: read.truth };
  });
}

function examplesOf(
  path: string,
  read: (row: Row, index: number) => JudgeExample | Refused,
): JudgeExample[] {
  return linesOf(path).map((line, index) => {
    const fault = (why: string): UserError =>
      new UserError(
        `--examples-file: '${path}', line ${index + 1}: ${why}`,
        'it takes JSON lines, each a row as it would be judged, with its label',
      );
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      throw fault((error as Error).message);
    }
    if (typeof value !== 'object' || value === null) throw fault('not a JSON object');
    const row = value as Row;
    const example = read(row, index);
    if ('dropped' in example) throw fault(`${example.dropped}: ${example.detail}`);
    const reason = cellOf(row, ['reason']);
    const { conversation, answers, verdict, context = '' } = example;
    return {
      ...{ conversation, answers, verdict, context },
      ...(typeof reason === 'string' && { reason }),
    };
  });
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
  } catch (cause) {
    throw new UserError(`--examples-file: cannot read '${path}'`, undefined, { cause });
  }
}
