/** `%%check` tells where the type errors are, in the cell's own lines. */
import { expect, test } from 'vitest';
import { checkMagic } from '../../../kernel/magics/check.ts';
import type { Problem } from '../../../kernel/session/events.ts';
import { fakeCall } from './fake-call.ts';

const body = 'const a = 1\nconst b: string = a\n';
const problem: Problem = { line: 2, column: 7, message: 'Type … is not assignable.', code: 2322 };

test.each<[string, Problem[] | undefined, string]>([
  ['none', [], 'no type errors\n'],
  [
    'one',
    [problem],
    'line 3, column 7: Type … is not assignable. (TS2322)\n  3 | const b: string = a\n    |       ^\n1 type error\n',
  ],
  ['what cannot be told', undefined, 'the types could not be checked: TypeScript ended\n'],
])('reports %s', async (_, problems, text) => {
  const { call, out } = fakeCall('', { body, check: () => Promise.resolve(problems) });
  await checkMagic.run(call);
  expect(out()).toBe(text);
});

test('an interrupt does not wait for the compiler', async () => {
  const { call, interrupt } = fakeCall('', { body, check: () => new Promise(() => undefined) });
  const running = checkMagic.run(call);
  interrupt();
  await expect(running).rejects.toBe(call.signal.reason);
});

test('needs something to check', async () => {
  await expect(checkMagic.run(fakeCall('').call)).rejects.toThrow('nothing to check');
});
