/** The session process from outside: streams, late output, native output, input, comms, deaths. */
import { afterAll, expect, test } from 'vitest';
import type { CommMessage } from '../../../kernel/session/events.ts';
import { joined, openSession, textOf } from './open-session.ts';

const session = openSession();
afterAll(() => session.close());

test('what strips types is loaded with the first cell that has some', async () => {
  const own = openSession();
  const loaded = "Object.keys(require.cache).some((path) => path.includes('oxc-transform'))";
  expect(await own.run(loaded)).toMatchObject([{ data: { 'text/plain': 'false' } }, {}]);
  await own.run('const typed: number = 1');
  expect(await own.run(loaded)).toMatchObject([{ data: { 'text/plain': 'true' } }, {}]);
  await own.close();
});

test('a display is updated from another cell', async () => {
  const first = await session.run('const place = display("one")');
  const second = await session.run('place.update("two")');
  expect(first[0]).toMatchObject({ type: 'display', data: { 'text/plain': "'one'" } });
  expect(second[0]).toMatchObject({
    type: 'update',
    id: first[0]!.type === 'display' ? first[0]!.id : '',
    data: { 'text/plain': "'two'" },
  });
});

test('output is cleared, now or with the next output', async () => {
  const events = await session.run('display.clear(); display.clear({ wait: true })');
  expect(events.slice(0, 2)).toMatchObject([
    { type: 'clear', wait: false },
    { type: 'clear', wait: true },
  ]);
});

test('a hundred thousand lines arrive, joined and in order', async () => {
  const events = await session.run(
    'for (let i = 0; i < 100_000; i++) console.log("line", i); console.error("end")',
  );
  const lines = textOf(events, 'stdout').split('\n');
  expect(lines).toHaveLength(100_001);
  expect(lines[99_999]).toBe('line 99999');
  expect(events.length).toBeLessThan(20_000);
  expect(events.at(-2)).toMatchObject({ type: 'stream', name: 'stderr', text: 'end\n' });
});

test('a large print comes in pieces, no character of which is torn', async () => {
  const events = await session.run("console.log('x'.repeat(2 ** 18 - 1) + '😀'.repeat(2 ** 18))");
  const texts = events.flatMap((event) => (event.type === 'stream' ? [event.text] : []));
  expect(texts.length).toBeGreaterThan(2);
  expect(texts.every((text) => text.isWellFormed())).toBe(true);
  expect(texts.join('')).toBe(`${'x'.repeat(2 ** 18 - 1)}${'😀'.repeat(2 ** 18)}\n`);
});

test('what a cell prints is seen while it runs', async () => {
  const { cell, done } = session.start('console.log("first"); await input("go on?"); 1');
  await session.saw((event) => event.cell === cell && event.type === 'stream');
  const asked = await session.saw((event) => event.cell === cell && event.type === 'input');
  expect(asked).toMatchObject({ prompt: 'go on?', password: false });
  if (asked.type === 'input') session.session.answer(asked.id, 'yes');
  expect((await done).at(-1)).toMatchObject({ status: 'ok' });
});

test('input resolves with the answer', async () => {
  const { cell, done } = session.start('await input("name", { password: true })');
  const asked = await session.saw((event) => event.cell === cell && event.type === 'input');
  expect(asked).toMatchObject({ password: true });
  if (asked.type === 'input') session.session.answer(asked.id, 'Ada');
  expect(await done).toContainEqual(
    expect.objectContaining({ type: 'result', data: { 'text/plain': "'Ada'" } }),
  );
});

test('late output carries the cell that caused it', async () => {
  const { cell, done } = session.start(
    'globalThis.release = () => undefined; new Promise<void>((r) => { globalThis.release = r }).then(() => setTimeout(() => console.log("late"), 1)); 0',
  );
  await done;
  await session.run('release()');
  const late = await session.saw((event) => event.type === 'stream' && event.text === 'late\n');
  expect(late.cell).toBe(cell);
});

test('uncaught errors and rejections are reported with their cell', async () => {
  const { cell, done } = session.start(
    'setTimeout(() => { throw new Error("in a timer") }, 1); void Promise.reject(new Error("rejected")); 1',
  );
  await done;
  for (const message of ['in a timer', 'rejected']) {
    const event = await session.saw((e) => e.type === 'error' && e.message === message);
    expect(event.cell).toBe(cell);
  }
  expect((await session.run('2'))[0]).toMatchObject({ type: 'result' });
});

test('native output and that of child processes comes before done', async () => {
  const events = joined(
    await session.run(`
      import { execSync } from 'node:child_process';
      import { writeSync } from 'node:fs';
      execSync('echo from a child; echo to stderr >&2', { stdio: 'inherit' });
      writeSync(1, 'raw\\u00e9');
    `),
  );
  expect(textOf(events, 'stdout')).toBe('from a child\nrawé');
  expect(textOf(events, 'stderr')).toBe('to stderr\n');
  expect(events.at(-1)).toMatchObject({ type: 'done', status: 'ok' });
});

test('a cell that closes a standard stream still ends', async () => {
  const own = openSession();
  const events = await own.run("import { closeSync } from 'node:fs'; closeSync(1); 1");
  expect(events.at(-1)).toMatchObject({ type: 'done', status: 'ok' });
  await own.close();
});

test('silent cells show no result; expressions are evaluated after the cell', async () => {
  const events = await session.run('const n: number = 4; n', {
    silent: true,
    expressions: { twice: 'n * 2', bad: 'nowhere', wrong: '1 +' },
  });
  expect(events).toMatchObject([
    {
      type: 'done',
      expressions: {
        twice: { status: 'ok', data: { 'text/plain': '8' } },
        bad: { status: 'error', name: 'ReferenceError' },
        wrong: { status: 'error', name: 'SyntaxError' },
      },
    },
  ]);
});

test('comms go both ways, with bytes', async () => {
  const { cell, done } = session.start(`
    import { comm } from 'rewardlab';
    comm.registerTarget('echo', (channel, opened) => {
      channel.onMessage = (data, { buffers }) => channel.send({ got: data, opened: opened.data }, { buffers });
      channel.onClose = () => console.log('closed');
    });
    comm.open('front', { hello: 1 }, { buffers: [new Uint8Array([1, 2, 3])] });
    0
  `);
  const events = await done;
  expect(events[0]).toMatchObject({
    type: 'comm',
    act: 'open',
    target: 'front',
    data: { hello: 1 },
    buffers: [new Uint8Array([1, 2, 3])],
  });
  const send = (message: CommMessage): void => session.session.comm(message);
  send({ act: 'open', id: 'c1', target: 'echo', data: 'o', cell });
  send({ act: 'message', id: 'c1', data: 'm', buffers: [new Uint8Array([9])], cell });
  const reply = await session.saw((e) => e.type === 'comm' && e.act === 'message');
  expect(reply).toMatchObject({
    id: 'c1',
    data: { got: 'm', opened: 'o' },
    buffers: [new Uint8Array([9])],
  });
  send({ act: 'close', id: 'c1', data: {}, cell });
  await session.saw((e) => e.type === 'stream' && e.text === 'closed\n');
  send({ act: 'open', id: 'c2', target: 'nobody', data: {}, cell });
  await session.saw((e) => e.type === 'comm' && e.act === 'close' && e.id === 'c2');
});

test('cells queue in order', async () => {
  const starts = ['1', 'await new Promise((r) => setTimeout(r, 5)); 2', '3'].map((code) =>
    session.start(code),
  );
  await Promise.all(starts.map(({ done }) => done));
  const order = session.events.filter((event) => event.type === 'done').slice(-3);
  expect(order.map(({ cell }) => cell)).toEqual(starts.map(({ cell }) => cell));
});
