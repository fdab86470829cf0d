/** `exportData` in a cell: a name that every cell has, and a call that can be interrupted. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSession, type TestSession } from './open-session.ts';

let session: TestSession;
beforeAll(() => {
  session = openSession();
});
afterAll(() => session.close());

test('what was written is the result', async () => {
  const events = await session.run(
    "await exportData({ rows: [{ question: 'q', response: '' }, { question: 'q', response: 'a' }], name: 'mine' })",
  );
  expect(events.find(({ type }) => type === 'result')).toMatchObject({
    data: { 'text/plain': expect.stringContaining("dropped: { 'empty answer': 1 }") as string },
  });
  expect(existsSync(join(session.cwd, 'exports/mine.parquet'))).toBe(true);
});

test('an interrupt leaves nothing behind', async () => {
  const { done } = session.start(`
    async function* endless() {
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        process.stdout.write('.');
        yield { question: 'q', response: 'a' };
      }
    }
    await exportData({ rows: endless(), outputDir: 'never' });`);
  await session.saw((event) => event.type === 'stream');
  await session.session.interrupt();
  expect((await done).at(-1)).toMatchObject({ type: 'done', status: 'interrupted' });
  expect(existsSync(join(session.cwd, 'never'))).toBe(false);
});
