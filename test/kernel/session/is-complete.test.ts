/** The parser says whether a text wants more. */
import { expect, test } from 'vitest';
import { isComplete } from '../../../kernel/session/is-complete.ts';

const incomplete = [
  'function f() {',
  'const a = [1,',
  'if (true) {',
  '/* comment',
  '`abc',
  '`a ${1} b',
  'class A {',
  'foo(',
  'const a =',
  'x ? 1 :',
  'x = y ?',
  'half? 1',
  'a.',
  '[1,\n2',
  'f( // why',
  '%%train',
  '%%train a\nrecipe: b',
  'const t = `\n%train\n',
];
const invalid = [
  'const = 1;',
  'if (1)) {}',
  'let x = ];',
  '}',
  'const y = 3 3',
  '"abc',
  'return 3',
];
const complete = [
  'half?',
  'Math.hypot??',
  '%train?',
  '1\nhalf?',
  '1',
  '',
  '[1,\n2]',
  '// c',
  '{ a: 1, b: 2 }',
  'await f()',
  'let a: number = 1',
  'const b = <T,>(x: T) => x',
  'const c = <b>bold</b>',
  '%train bradley-terry --model m',
  'const a = 1;\n%train x',
  '%%train a\nrecipe: b\n\n',
];

test.each(incomplete)('incomplete: %s', (code) => {
  expect(isComplete(code).status).toBe('incomplete');
});
test.each(invalid)('invalid: %s', (code) => {
  expect(isComplete(code)).toEqual({ status: 'invalid' });
});
test.each(complete)('complete: %s', (code) => {
  expect(isComplete(code)).toEqual({ status: 'complete' });
});

test('the next line is indented by what is open', () => {
  expect(isComplete('  if (a) {').indent).toBe('    ');
  expect(isComplete('  f(1,').indent).toBe('  ');
});
