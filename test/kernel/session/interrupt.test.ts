/** Whatever a cell does, an interrupt ends it and keeps the variables. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSession, textOf } from './open-session.ts';

const session = openSession();
beforeAll(async () => {
  await session.run('const kept = 41; let survivor = 1');
});
afterAll(() => session.close());

const cases: [string, string][] = [
  ['an endless loop', 'begun(); while (true) {}'],
  ['try and finally', 'begun(); try { while (true) {} } catch {} finally { while (true) {} }'],
  ['a loop after await', 'begun(); await null; while (true) {}'],
  ['awaiting', 'begun(); await new Promise(() => undefined)'],
  [
    'a loop in a timer',
    'setTimeout(() => { begun(); while (true) {} }, 1); await new Promise(() => undefined)',
  ],
  [
    'loops in several timers',
    'for (let i = 0; i < 4; i++) setTimeout(() => { begun(); while (true) {} }); await new Promise(() => undefined)',
  ],
  ['a regular expression', 'begun(); /(a+)+b/.test("a".repeat(60))'],
  ['Atomics.wait', 'begun(); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'],
  ['a JSON.parse loop', 'begun(); while (true) JSON.parse("[" + "1,".repeat(1e6) + "1]")'],
  ['endless microtasks', 'begun(); for (;;) await null'],
];

test.each(cases)('%s', async (_, code) => {
  await session.run('const begun = () => console.log("begun")');
  const { cell, done } = session.start(code);
  await session.saw((event) => event.cell === cell && event.type === 'stream');
  await session.session.interrupt();
  expect((await done).slice(-2)).toMatchObject([
    { type: 'error', name: 'Interrupted' },
    { type: 'done', status: 'interrupted' },
  ]);
  expect(await session.run('kept + survivor')).toMatchObject([
    { type: 'result', data: { 'text/plain': '42' } },
    { type: 'done', status: 'ok' },
  ]);
});

test('an interrupt while nothing runs changes nothing', async () => {
  for (let i = 0; i < 3; i++) await session.session.interrupt();
  expect((await session.run('kept'))[0]).toMatchObject({ data: { 'text/plain': '41' } });
});

test('a cell that has not begun is interrupted as it begins, and no later one', async () => {
  const own = openSession();
  const { done } = own.start('while (true) {}');
  await own.session.interrupt();
  expect((await done).slice(-2)).toMatchObject([
    { type: 'error', name: 'Interrupted' },
    { type: 'done', status: 'interrupted' },
  ]);
  expect(await own.run('1')).toMatchObject([{ type: 'result' }, { status: 'ok' }]);
  await own.close();
});

test('a cell interrupted while it awaits may be collected', async () => {
  await session.run("import v8 from 'node:v8'; v8.setFlagsFromString('--expose-gc')");
  const { cell, done } = session.start('console.log("waits"); await new Promise(() => undefined)');
  await session.saw((event) => event.cell === cell && event.type === 'stream');
  await session.session.interrupt();
  await done;
  const events = await session.run(
    "import vm from 'node:vm'; const collect = vm.runInNewContext('gc'); for (let i = 0; i < 3; i++) { collect(); await new Promise((r) => setTimeout(r, 1)) } kept",
  );
  expect(events.at(-1)).toMatchObject({ status: 'ok' });
  expect(session.deaths).toEqual([]);
});

test('a magic is told, and the cell waits for what it keeps', async () => {
  await session.run(`
    magic({
      name: 'patient',
      async run({ signal, write }) {
        write('works');
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        write(' and keeps');
        return 'kept';
      },
    })
    magic({
      name: 'stubborn',
      async run({ write }) {
        write('deaf');
        await new Promise(() => undefined);
      },
    })
  `);
  const patient = session.start('%patient');
  await session.saw((event) => event.cell === patient.cell && event.type === 'stream');
  await session.session.interrupt();
  const events = await patient.done;
  expect(textOf(events, 'stdout')).toBe('works and keeps');
  expect(events.slice(-2)).toMatchObject([{ type: 'result' }, { type: 'done', status: 'ok' }]);

  const stubborn = session.start('%stubborn');
  await session.saw((event) => event.cell === stubborn.cell && event.type === 'stream');
  await session.session.interrupt();
  await session.session.interrupt();
  expect((await stubborn.done).at(-1)).toMatchObject({ status: 'interrupted' });
});
