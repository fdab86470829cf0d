/** The terminal as its person sees it: keys in, frames out, a fake kernel behind. */
import { afterEach, expect, test } from 'vitest';
import { keys, open, type Options } from './fake-terminal.ts';

let app: ReturnType<typeof open> | undefined;
afterEach(() => app?.close());

function start(options?: Options): ReturnType<typeof open> {
  app = open(options);
  return app;
}

test('shows a result under its number', async () => {
  const { type, kernel, until } = start();
  await until((frame) => frame === 'In [1]:');
  const asked = kernel.next();
  type('1 + 1', keys.enter);
  const cell = await asked;
  expect(cell.code).toBe('1 + 1');
  cell.started(1).shows({ type: 'result', count: 1, data: { 'text/plain': '2' } }).ends();
  expect(await until((frame) => frame.endsWith('In [2]:'))).toBe(
    ['In [1]: 1 + 1', 'Out[1]: 2', 'In [2]:'].join('\n'),
  );
});
