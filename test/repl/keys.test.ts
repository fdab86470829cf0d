/** What a terminal sends, through ink's own parser, as keys of ours. */
import { expect, test } from 'vitest';
import { pasteOf } from '../../repl/keys.ts';
import { open } from './fake-terminal.ts';

test.each<[string, string, string]>([
  ['letters', 'abc', 'abc|'],
  ['arrows', 'abc\u001b[D\u001b[DX\u001b[CY', 'aXbY|c'],
  ['Home and End', 'abc\u001b[HX\u001b[FY', 'XabcY|'],
  ['Ctrl-A and Ctrl-E', 'abc\u0001X\u0005Y', 'XabcY|'],
  ['Alt-B and Alt-F', 'ab cd\u001bb\u001bbX\u001bfY', 'XabY| cd'],
  ['Ctrl and Alt with arrows', 'ab cd\u001b[1;5D\u001b[1;3DX', 'X|ab cd'],
  ['Backspace', 'abc\u007f\u007f', 'a|'],
  ['Delete', 'abc\u001b[D\u001b[3~', 'ab|'],
  ['Ctrl-W, Ctrl-Y', 'ab cd\u0017\u0019\u0019', 'ab cdcd|'],
  ['Alt-Backspace', 'ab cd\u001b\u007f', 'ab |'],
  ['Ctrl-U', 'abc\u0015x', 'x|'],
  ['Ctrl-K', 'abc\u0001\u000b', '|'],
  ['Ctrl-J', 'a\nb', 'a\nb|'],
  ['Alt-Enter', 'a\u001b\rb', 'a\nb|'],
  ['pasted text with brackets', '\u001b[200~a\rb\u001b[201~', 'a\nb|'],
  ['an unknown sequence', 'a\u001b[99~b', 'ab|'],
])('%s', (_, typed, expected) => {
  const app = open();
  app.type(typed);
  const { edit } = app.store.get();
  expect(`${edit.text.slice(0, edit.cursor)}|${edit.text.slice(edit.cursor)}`).toBe(expected);
  app.close();
});

test('type-ahead submits at each Enter', async () => {
  const app = open();
  const asked = app.kernel.next();
  app.type('a\rb\r');
  expect((await asked).code).toBe('a');
  const queued = await app.until((frame) => frame.includes('queued'));
  expect(queued).toContain('In [*]: b  (queued)');
  app.close();
});

test('a paste loses what is not text', () => {
  expect(pasteOf('a\u0007\u001b[31mb\r\nc')).toEqual({ key: 'paste', text: 'ab\nc' });
});
