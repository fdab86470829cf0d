/** A session process that dies says why, ends its cells, and is followed by another. */
import { afterAll, expect, test } from 'vitest';
import { openSession, textOf } from './open-session.ts';

const session = openSession({}, ['--max-old-space-size=64']);
afterAll(() => session.close());

const deaths: [string, string, string][] = [
  ['process.exit', 'process.exit(1)', 'the session ended: a cell called process.exit(1)'],
  [
    'a full heap',
    'const all: number[][] = []; for (;;) all.push(new Array(1e5).fill(1.5))',
    'the session ran out of memory (heap limit)',
  ],
  [
    'a native crash',
    'process.kill(process.pid, "SIGSEGV"); await new Promise(() => undefined)',
    'the session crashed with SIGSEGV',
  ],
  [
    'a kill',
    'process.kill(process.pid, "SIGKILL"); await new Promise(() => undefined)',
    'the session was killed by SIGKILL',
  ],
];

test.each(deaths)('%s', async (_, code, reason) => {
  await session.run('const before = 1');
  const dying = session.start(`console.log("last words"); ${code}`);
  const queued = session.start('before');
  const events = await dying.done;
  expect(textOf(events, 'stdout')).toBe('last words\n');
  expect(textOf(events, 'stderr')).toBe('');
  for (const ended of [events, await queued.done])
    expect(ended.slice(-2)).toMatchObject([
      { type: 'error', name: 'SessionEnded', message: expect.stringContaining(reason) as string },
      { type: 'done', status: 'error' },
    ]);
  expect(session.deaths.at(-1)).toBe(reason);
  expect(await session.run('[typeof before, 1 + 1]')).toMatchObject([
    { type: 'result', data: { 'text/plain': "[ 'undefined', 2 ]" } },
    { type: 'done', status: 'ok' },
  ]);
});

test('questions to a dying session get an empty answer', async () => {
  const dying = session.start('await input(); process.exit(0)');
  const asked = await session.saw((e) => e.cell === dying.cell && e.type === 'input');
  if (asked.type === 'input') session.session.answer(asked.id, '');
  const completion = session.session.complete({ code: 'Mat', cursor: 3 });
  await dying.done;
  expect(await completion).toMatchObject({ start: expect.any(Number) as number });
});

test('a closed session ends without a death', async () => {
  const own = openSession();
  await own.run('1');
  await own.close();
  expect(own.deaths).toEqual([]);
});
