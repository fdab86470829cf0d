/** The terminal as its person sees it: keys in, frames out, a fake kernel behind. */
import { afterEach, expect, test } from 'vitest';
import type { FakeCell, FakeKernel } from './fake-kernel.ts';
import { keys, open, type Options } from './fake-terminal.ts';

type App = ReturnType<typeof open>;
let app: App | undefined;
afterEach(() => app?.close());

function start(options?: Options): App {
  app = open(options);
  return app;
}

/** Types a cell and waits for the kernel to be asked. */
async function run({ kernel, type }: App, code: string, count: number): Promise<FakeCell> {
  const asked = kernel.next();
  type(code, keys.enter);
  return (await asked).started(count);
}

const plain = (text: string): { 'text/plain': string } => ({ 'text/plain': text });
const ends =
  (...rows: string[]) =>
  (frame: string): boolean =>
    frame.endsWith(rows.join('\n'));

test('shows a result under its number', async () => {
  const on = start();
  await on.until((frame) => frame === 'In [1]:');
  const cell = await run(on, '1 + 1', 1);
  expect(cell.code).toBe('1 + 1');
  cell.shows({ type: 'result', count: 1, data: plain('2') }).ends();
  const frame = await on.until(ends('In [2]:'));
  expect(frame).toBe(['In [1]: 1 + 1', 'Out[1]: 2', 'In [2]:'].join('\n'));
});

test('a cell of several lines is typed line by line and shown whole', async () => {
  const on = start();
  on.type('function f() {', keys.enter);
  await on.until(ends('   ...:'));
  on.type('return 1', keys.enter);
  await on.until(ends('return 1', '   ...:'));
  const cell = await run(on, '}', 1);
  expect(cell.code).toBe('function f() {\n  return 1\n}');
  cell.ends();
  const frame = await on.until(ends('In [2]:'));
  expect(frame).toBe(
    ['In [1]: function f() {', '   ...:   return 1', '   ...: }', 'In [2]:'].join('\n'),
  );
});

test('Alt-Enter breaks the line without asking, a paste goes in whole', async () => {
  const on = start();
  on.type('a', keys.altEnter, keys.paste('b\r\nc\n'));
  const frame = await on.until(ends('c', '   ...:'));
  expect(frame).toBe(['In [1]: a', '   ...: b', '   ...: c', '   ...:'].join('\n'));
  expect(on.kernel.cells).toEqual([]);
});

test('takes a cell before the kernel is there, and runs it then', async () => {
  const kernel = Promise.withResolvers<FakeKernel>();
  const on = start({ kernel: kernel.promise });
  on.type('1', keys.enter, '2');
  // The parser is the kernel's, so the line waits for it and so do the keys behind it.
  await on.until(ends('In [1]: 1'));
  const asked = on.kernel.next();
  kernel.resolve(on.kernel);
  const cell = await asked;
  expect(cell.code).toBe('1');
  expect(await on.until(ends('In [*]: 2'))).toBe(['In [*]: 1  (running)', 'In [*]: 2'].join('\n'));
  cell.started(1).ends();
  expect(await on.until(ends('In [2]: 2'))).toBe(['In [1]: 1', 'In [2]: 2'].join('\n'));
});

test('streams appear while the next cell is typed, and it is queued', async () => {
  const on = start();
  const first = await run(on, 'slow()', 1);
  first.prints('one\ntw');
  on.type('next', keys.enter);
  const frame = await on.until((f) => f.includes('queued') && f.includes('tw'));
  expect(frame).toBe(
    ['In [1]: slow()', 'one', 'tw', 'In [*]: next  (queued)', 'In [*]:'].join('\n'),
  );
  const asked = on.kernel.next();
  first.prints('o\n').ends();
  const second = await asked;
  expect(second.code).toBe('next');
  second.started(2).ends();
  expect(await on.until(ends('In [3]:'))).toBe(
    ['In [1]: slow()', 'one', 'two', 'In [2]: next', 'In [3]:'].join('\n'),
  );
});

test('a figure is redrawn in place, under the text that scrolls, and stays at the end', async () => {
  const on = start();
  const cell = await run(on, 'train()', 1);
  cell.shows({ type: 'display', id: 'f', data: plain('⠀⠀⣀') });
  await on.until(ends('⠀⠀⣀', 'In [*]:'));
  cell.prints('step 1\n').shows({ type: 'update', id: 'f', data: plain('⣀⠤⠒') });
  const frame = await on.until(ends('⣀⠤⠒', 'In [*]:'));
  expect(frame).toBe(['In [1]: train()', 'step 1', '⣀⠤⠒', 'In [*]:'].join('\n'));
  cell.ends();
  const last = await on.until(ends('In [2]:'));
  expect(last).toBe(['In [1]: train()', 'step 1', '⣀⠤⠒', 'In [2]:'].join('\n'));
});

test('Ctrl-C interrupts the cell, and its error says so', async () => {
  const on = start();
  const cell = await run(on, 'while (true);', 1);
  on.kernel.interrupt = () => {
    cell.shows({ type: 'error', name: 'Interrupted', message: 'by Ctrl-C', traceback: [] });
    cell.ends('error');
    return Promise.resolve();
  };
  on.type(keys.ctrlC);
  const frame = await on.until(ends('In [2]:'));
  expect(frame).toBe(['In [1]: while (true);', 'Interrupted: by Ctrl-C', 'In [2]:'].join('\n'));
});

test('completions are listed under the input and gone through with Tab', async () => {
  const on = start();
  on.kernel.matches = { matches: ['Math.max', 'Math.min'], start: 0, end: 6 };
  on.type('Math.m', keys.tab);
  expect(await on.until((f) => f.includes('Math.max'))).toBe('In [1]: Math.m\n Math.max  Math.min');
  on.type(keys.tab);
  expect(await on.until((f) => f.includes('[Math'))).toBe('In [1]: Math.max\n[Math.max] Math.min');
  on.type('(');
  expect(await on.until(ends('('))).toBe('In [1]: Math.max(');
});

test('Shift-Tab tells what is known of a name until the next key', async () => {
  const on = start();
  on.type('foo', keys.shiftTab);
  expect(await on.until(ends('about foo'))).toBe('In [1]: foo\nabout foo');
  on.type('x');
  expect(await on.until(ends('foox'))).toBe('In [1]: foox');
});

test('asks for input, and hides a password', async () => {
  const on = start();
  const cell = await run(on, 'ask()', 1);
  const name = cell.listener.ask({ prompt: 'name? ', password: false });
  on.type('Ada');
  await on.until(ends('name? Ada'));
  on.type(keys.enter);
  expect(await name).toBe('Ada');
  const secret = cell.listener.ask({ prompt: 'key? ', password: true });
  on.type('abc');
  await on.until(ends('key? •••'));
  on.type(keys.enter);
  expect(await secret).toBe('abc');
  cell.ends();
  const frame = await on.until(ends('In [2]:'));
  expect(frame).toBe(['In [1]: ask()', 'name? Ada', 'key?', 'In [2]:'].join('\n'));
});

test('late output and other clients stand behind a mark', async () => {
  const on = start({ attached: true });
  await on.until(ends('In [1]:'));
  on.kernel.outside({ from: 'late', count: 1 }, { type: 'stream', name: 'stdout', text: 'a\nb\n' });
  on.kernel.outside({ from: 'other', count: 5 }, { type: 'started', count: 5, code: 'x = 1' });
  on.kernel.outside({ from: 'other', count: 5 }, { type: 'result', count: 5, data: plain('1') });
  const frame = await on.until(ends('In [6]:'));
  expect(frame).toBe(
    [
      '[1] late │ a',
      '[1] late │ b',
      '[5] other │ In [5]: x = 1',
      '[5] other │ Out[5]: 1',
      'In [6]:',
    ].join('\n'),
  );
});

test('nothing that a kernel sends reaches the terminal but text', async () => {
  const on = start();
  const cell = await run(on, 'evil()', 1);
  cell.prints('\u001b[2J\u001b]0;title\u0007a\n').ends();
  expect(await on.until(ends('In [2]:'))).toBe(['In [1]: evil()', 'a', 'In [2]:'].join('\n'));
});

test('says when the kernel has ended', async () => {
  const on = start();
  await run(on, 'process.exit()', 1);
  on.kernel.news('the kernel has ended', true);
  on.kernel.cells[0]!.ends('error');
  const frame = await on.until(ends('In [2]:'));
  expect(frame).toBe(['In [1]: process.exit()', 'the kernel has ended', 'In [2]:'].join('\n'));
});

test.each([40, 80])(
  'wraps input and output at %i columns, and again after a resize',
  async (width) => {
    const on = start({ width });
    on.type('x'.repeat(width - 8));
    // Behind a full row the cursor stands on a row of its own, which is blank.
    expect(await on.until((f) => f.includes('xx'))).toBe(`In [1]: ${'x'.repeat(width - 8)}`);
    on.resize(20);
    const rows = [
      'In [1]: xxxxxxxxxxxx',
      ...Array<string>(width / 20).fill('        xxxxxxxxxxxx'),
    ];
    expect((await on.until((f) => f.includes('\n'))).split('\n')[0]).toBe(rows[0]);
  },
);

test('the live part is never taller than the terminal', async () => {
  const on = start();
  const cell = await run(on, 'many()', 1);
  cell.shows({ type: 'display', id: 'f', data: plain('figure') });
  cell.prints(Array.from({ length: 100 }, (_, i) => `line ${String(i)}\n`).join(''));
  const frame = await on.until((f) => f.includes('line 99'));
  const live = frame.split('\n').slice(1);
  expect([live.length, live[0]]).toEqual([23, '… 80 rows above, shown when the cell ends']);
  cell.ends();
  const rows = (await on.until(ends('In [2]:'))).split('\n');
  expect([rows.length, rows[1], rows[2]]).toEqual([103, 'figure', 'line 0']);
});

test('read aloud, a figure is told once, when its cell has ended', async () => {
  const on = start({ spoken: true });
  const cell = await run(on, 'train()', 1);
  const seen: string[] = [];
  const stop = on.store.subscribe(() => seen.push(on.text()));
  cell.shows({ type: 'display', id: 'f', data: plain('figure 1') });
  cell.prints('step\n').shows({ type: 'update', id: 'f', data: plain('figure 2') });
  await on.until((f) => f.includes('step'));
  cell.ends();
  const frame = await on.until((f) => f.includes('In [2]'));
  stop();
  expect(frame).toContain('figure 2');
  expect(seen.join('\n')).not.toContain('figure 1');
});

test('Ctrl-D on an empty input leaves', async () => {
  const on = start();
  on.type(keys.ctrlC);
  await on.until(ends('Ctrl-C again, or Ctrl-D, leaves'));
  on.type(keys.ctrlD);
  await on.left;
});
