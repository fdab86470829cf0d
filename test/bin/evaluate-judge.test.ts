/** Flags that only judges have. */
import { expect, test } from 'vitest';
import { judgeFlags } from '../../bin/commands/evaluate-judge.ts';
import { refusal } from '../lib/refusal.ts';

test('flags become options, the others keep their defaults', () => {
  const options = judgeFlags(['--max-tokens', '8', '--no-ties', '--rubric', '', '--thinking=off']);
  expect(options).toMatchObject({ max_tokens: 8, ties: false, rubric: '', thinking: 'off' });
  expect(options).toMatchObject({ temperature: 0, judge: null, output: null });
});

test('every bad flag is named', async () => {
  const words = ['--max-tokns', '3', '--temperature', 'cold', '--judge', 'listwise'];
  expect(await refusal(() => judgeFlags(words))).toBe(
    [
      'evaluate cannot use these options of a judge',
      '  --max-tokns: no such option; did you mean --max-tokens?',
      "  --judge: expected one of pairwise, pointwise, or null, got 'listwise'",
      "  --temperature: expected a number of at least 0, got 'cold'",
      '  those of a judge are --judge --max-tokens --temperature --seed --task --rubric --thinking --examples-file --no-ties --min-score --max-score --attribute --output',
    ].join('\n'),
  );
});
