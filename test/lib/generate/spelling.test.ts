/** Tokens becoming text: whole characters only, stop texts across tokens, nothing of them shown. */
import { expect, test } from 'vitest';
import { createSpelling } from '../../../lib/generate/spelling.ts';

/** Tokens are bytes. */
const bytes = {
  decode: (ids: ArrayLike<number>) => new TextDecoder().decode(Uint8Array.from(Array.from(ids))),
};

function spell(text: string, stop: string[] = []) {
  const spelling = createSpelling(bytes, stop);
  const shown: string[] = [];
  for (const id of new TextEncoder().encode(text)) {
    shown.push(spelling.add(id));
    if (spelling.end()) break;
  }
  if (!spelling.end()) shown.push(spelling.finish());
  return { shown, end: spelling.end() };
}

test('a character of several tokens comes with the last of them', () => {
  expect(spell('aé€😀b').shown).toEqual(['a', '', 'é', '', '', '€', '', '', '', '😀', 'b', '']);
});

test('bytes that are no character do not wait for ever', () => {
  const spelling = createSpelling(bytes, []);
  const shown = Array.from({ length: 12 }, () => spelling.add(0xff)).join('');
  expect(shown).toBe('\ufffd'.repeat(8));
  expect(spelling.finish()).toBe('\ufffd'.repeat(4));
});

test('what may be a stop text waits, and comes when it is none', () => {
  expect(spell('x</b></a', ['</a>'])).toEqual({
    shown: ['x', '', '', '</b', '>', '', '', '', '</a'],
    end: undefined,
  });
});

test('a stop text ends it, at the first that is complete', () => {
  expect(spell('one</b>two', ['o', '</b>'])).toEqual({
    shown: [''],
    end: { tokens: 1, text: '' },
  });
  expect(spell('one</b>two', ['two', '</b>'])).toEqual({
    shown: ['o', 'n', 'e', '', '', '', ''],
    end: { tokens: 7, text: 'one' },
  });
});
