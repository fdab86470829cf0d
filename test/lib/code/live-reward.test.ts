/** A function of this process that computes without end: in a process of its own, for it is ended by force. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const lib = join(import.meta.dirname, '../../../lib');
const url = (path: string): string => JSON.stringify(pathToFileURL(join(lib, path)).href);

/** What a script says that has `ask(reward)`: the score of each of 40 completions, or the sentence. */
async function said(script: string): Promise<{ out: string; err: string; code: unknown }> {
  const whole = `
import { liveReward } from ${url('code/live-reward.ts')};
const rollouts = Array.from({ length: 40 }, (_, index) => ({
  prompt: 'p', completion: 'c' + index, row: {}, index,
}));
const ask = (reward) =>
  liveReward(reward, { name: 'spin', timeoutSeconds: 0.3 })
    .ask(rollouts)
    .then((scores) => scores.map(({ score }) => score).join(' '), (error) => error.message)
    .then((text) => console.log(text));
${script}`;
  const options = ['--import', pathToFileURL(join(lib, 'typescript-loader.ts')).href];
  const child = spawn(
    process.execPath,
    [...options, '--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', whole],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = once(child, 'exit');
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { out, err, code: (await ended)[0] };
}

test('is ended with its row, whatever else waits, and its process goes on', async () => {
  const found = await said(`
const other = new Promise((resolve) => setTimeout(resolve, 50, 'went on'));
await ask((_, completion) => { if (completion === 'c20') for (;;); return 1; });
await ask(async (_, completion) => { if (completion === 'c3') for (;;); return 1; });
console.log(await other);
await ask((_, completion) => completion.length);`);
  const sentence = (row: number): string =>
    `spin took more than 0.3 s for row ${row}, completion 'c${row}', and was ended`;
  const lengths = Array.from({ length: 40 }, (_, i) => `c${i}`.length).join(' ');
  expect(found).toEqual({
    out: [sentence(20), sentence(3), 'went on', lengths, ''].join('\n'),
    ...{ err: '', code: 0 },
  });
});

test('is asked no more where one call has failed', async () => {
  const found = await said(`
let calls = 0;
await ask((_, completion) => { calls++; if (completion === 'c4') throw 'words'; return 1; });
console.log(calls);`);
  expect(found.out).toBe("spin threw an error for row 4, completion 'c4': words\n5\n");
});

test('is told of where it awaited something before', async () => {
  const found = await said(`
const until = performance.now() + 2000;
await ask(async () => {
  await null;
  while (performance.now() < until);
  return 1;
});`);
  expect(found.err).toMatch(
    /^spin is being asked, and nothing answers for \d+ s: interrupt to end what computes\n$/,
  );
  expect(found.code).toBe(0);
});
