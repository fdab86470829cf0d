/** Nothing that a kernel sends moves the cursor, names the window or rings. */
import { expect, test } from 'vitest';
import { clean, cleanColoured, cleanInput } from '../../../repl/text/clean.ts';

const red = '\u001b[31m';
const plain = '\u001b[39m';

test.each([
  ['colours', `${red}a${plain}`, 'a'],
  ['cursor movement', 'a\u001b[2J\u001b[Hb', 'ab'],
  ['titles', 'a\u001b]0;title\u0007b', 'ab'],
  ['links', '\u001b]8;;http://x\u0007a\u001b]8;;\u0007', 'a'],
  ['bells, backspaces, C1', 'a\u0007\b\u009bb', 'ab'],
  ['marks that reorder text', 'a\u202eb', 'ab'],
  ['an escape alone', 'a\u001b', 'a'],
  ['progress bars', '10%\r50%\r100%\nnext', '100%\nnext'],
  ['shorter text over longer', 'abcdef\rxy', 'xycdef'],
  ['Windows line ends', 'a\r\nb', 'a\nb'],
  ['tabs', 'a\tb', 'a       b'],
])('%s', (_, dirty, expected) => {
  expect(clean(dirty)).toBe(expected);
});

test('tracebacks keep their colours and nothing else, where colours are wanted', () => {
  const text = `${red}Error${plain}: \u001b[5;5Hx`;
  expect(cleanColoured(text, true)).toBe(`${red}Error${plain}: x`);
  expect(cleanColoured(text, false)).toBe('Error: x');
});

test('pasted code keeps its tabs and line ends', () => {
  expect(cleanInput('a\r\n\tb\rc\u001b[31m')).toBe('a\n\tb\nc');
});
