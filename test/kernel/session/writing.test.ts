/** A language model in a real session: it writes while the cell runs, and stops with the cell. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { microLanguageModel } from '../../lib/worker/micro-language-model.ts';
import { temporaryFolder } from '../../lib/temporary.ts';
import { openSession, textOf } from './open-session.ts';

const folder = temporaryFolder();
const session = openSession();
let path: string;
beforeAll(async () => {
  path = await microLanguageModel(folder);
  await session.run(`const model = await LanguageModel.load(${JSON.stringify(path)})`);
});
afterAll(() => session.close());

test('an interrupted cell ends its writing; the next one writes', async () => {
  const { cell, done } = session.start(`
    const told = () => process.stdout.write('.');
    await model.generate('hello', { n: 500, maxTokens: 120, onToken: told })`);
  await session.saw((event) => event.cell === cell && event.type === 'stream');
  const asked = performance.now();
  await session.session.interrupt();
  expect((await done).at(-1)).toMatchObject({ status: 'interrupted' });
  expect(performance.now() - asked).toBeLessThan(250);
  const next = await session.run("(await model.chat('hello', { maxTokens: 3 })).ids.length > 0");
  expect(next).toMatchObject([{ data: { 'text/plain': 'true' } }, { status: 'ok' }]);
});

test('a listener that computes without end is ended alone; one that throws fails its cell', async () => {
  const { cell, done } = session.start(`
    await model.chat('hello', { onToken: () => { process.stdout.write('.'); for (;;); } })`);
  await session.saw((event) => event.cell === cell && event.type === 'stream');
  await session.session.interrupt();
  expect((await done).at(-1)).toMatchObject({ status: 'interrupted' });
  const thrown = await session.run(
    "await model.chat('hello', { onToken: () => { throw new Error('enough') } })",
  );
  expect(thrown).toMatchObject([{ type: 'error', message: 'enough' }, { status: 'error' }]);
  const next = await session.run("(await model.chat('hello', { maxTokens: 3 })).ids.length");
  expect(next).toMatchObject([{ data: { 'text/plain': '3' } }, { status: 'ok' }]);
});

test('%chat writes the reply as it comes, and stops when told', async () => {
  const said = await session.run(`%chat ${path} --max-tokens 12 --temperature 0 -- hello`);
  const reply = await session.run(
    "(await model.chat('hello', { maxTokens: 12, temperature: 0 })).text.length",
  );
  const [length] = reply.flatMap((event) =>
    event.type === 'result' ? [Number(event.data['text/plain'])] : [],
  );
  expect(textOf(said, 'stdout').split('\n(cut')[0]!.length).toBeLessThanOrEqual(length!);
  const { cell, done } = session.start(`%chat ${path} --max-tokens 120 -- and now?`);
  await session.saw((event) => event.cell === cell && event.type === 'stream');
  await session.session.interrupt();
  expect((await done).at(-1)?.type).toBe('done');
  expect(await session.run(`%chat ${path} --close`)).toMatchObject([{ status: 'ok' }]);
});
