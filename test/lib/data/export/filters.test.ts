/** RM-Gallery's filters: both bounds are allowed. */
import { expect, test } from 'vitest';
import type { Sample } from '../../../../lib/data/convert/sample.ts';
import { filters } from '../../../../lib/data/export/filters.ts';

test('the filters of data_config.yaml leave out by messages and by characters', () => {
  const sample = (...turns: string[]): Sample => ({
    ...{ kind: 'answer', category: 'chat', metadata: {}, answer: { content: 'four' } },
    input: turns.map((content) => ({ role: 'user', content })),
  });
  const { conversation_turn_filter: turns, text_length_filter: lengths } = filters;
  const few = turns!.make({ min_turns: 2, max_turns: 2 });
  expect(few(sample('a', 'b'))).toBeUndefined();
  expect(few(sample('a'))).toEqual({
    dropped: 'conversation_turn_filter',
    detail: 'has 1 message, expected 2 to 2',
  });
  const short = lengths!.make({ min_length: 6, max_length: 7 });
  expect(short(sample('ab'))).toBeUndefined();
  expect(short(sample('abc'))).toBeUndefined();
  expect(short(sample('abcd'))?.detail).toBe('has 8 characters, expected 6 to 7');
  expect(lengths!.make({})(sample('ab'))?.detail).toBe('has 6 characters, expected 10 to 1000');
});
