/** A whole session on a made-up terminal: early keys, the history, and the ways to leave. */
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { showEarly } from '../../repl/early.ts';
import { runTerminal } from '../../repl/terminal.ts';
import { themeOf } from '../../repl/theme.ts';
import { FakeKernel } from './fake-kernel.ts';

/** A terminal of 80 columns that keeps all that was ever written. */
function madeUp() {
  const raw: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode(this: PassThrough, on: boolean) {
      raw.push(on);
      return this;
    },
    ref: () => undefined,
    unref: () => undefined,
  });
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  let written = '';
  stdout.on('data', (chunk: Buffer) => (written += String(chunk)));
  const streams = {
    stdin: stdin as unknown as NodeJS.ReadStream & { fd: 0 },
    stdout: stdout as unknown as NodeJS.WriteStream & { fd: 1 },
    stderr: new PassThrough() as unknown as NodeJS.WriteStream & { fd: 2 },
  };
  const until = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (stripVTControlCharacters(written).includes(text)) resolve();
      };
      stdout.on('data', look);
      look();
    });
  return { streams, raw, until, type: (text: string) => stdin.write(text), written: () => written };
}

function start(kernel: FakeKernel, terminal: ReturnType<typeof madeUp>): Promise<number> {
  const { streams } = terminal;
  const early = showEarly(streams.stdin, streams.stdout, { text: 'In [1]: ', width: 8 });
  return runTerminal({
    ...streams,
    attached: false,
    starting: Promise.resolve(kernel),
    theme: themeOf(false),
    beforeMount: () => early.end(),
  });
}

test('keys pressed before the terminal is there are shown at once and not lost', async () => {
  const [kernel, terminal] = [new FakeKernel(), madeUp()];
  const asked = kernel.next();
  const session = start(kernel, terminal);
  expect(terminal.written()).toContain('In [1]: ');
  terminal.type('1 +');
  await terminal.until('In [1]: 1 +');
  terminal.type(' 1\r');
  const cell = await asked;
  expect(cell.code).toBe('1 + 1');
  cell.started(1).ends();
  await terminal.until('In [2]:');
  terminal.type('\u0004');
  expect(await session).toBe(0);
  expect([kernel.calls, terminal.raw.at(-1)]).toEqual([['close'], false]);
});

test('the arrows find what the kernel remembers of earlier sessions', async () => {
  const [kernel, terminal] = [new FakeKernel(), madeUp()];
  kernel.earlier = ['const a = 1', 'a + 41'];
  const asked = kernel.next();
  const session = start(kernel, terminal);
  await terminal.until('In [1]:');
  terminal.type('\u001b[A');
  await terminal.until('In [1]: a + 41');
  terminal.type('\r');
  expect((await asked).code).toBe('a + 41');
  terminal.type('\u0004\u0004');
  expect(await session).toBe(0);
});

test('leaving waits for a kernel that is still starting, and ends it', async () => {
  const [kernel, terminal] = [new FakeKernel(), madeUp()];
  const starting = Promise.withResolvers<FakeKernel>();
  const session = runTerminal({
    ...terminal.streams,
    attached: false,
    starting: starting.promise,
    theme: themeOf(false),
    beforeMount: () => undefined,
  });
  await terminal.until('In [1]:');
  terminal.type('\u0004');
  starting.resolve(kernel);
  expect(await session).toBe(0);
  expect(kernel.calls).toEqual(['close']);
});

test('a lost terminal leaves the kernel alive', async () => {
  const [kernel, terminal] = [new FakeKernel(), madeUp()];
  const session = start(kernel, terminal);
  await terminal.until('In [1]:');
  process.emit('SIGHUP');
  expect(await session).toBe(129);
  expect(kernel.calls).toEqual(['detach']);
});

test('a terminal that cannot be written to any more is a lost one', async () => {
  const [kernel, terminal] = [new FakeKernel(), madeUp()];
  const session = start(kernel, terminal);
  await terminal.until('In [1]:');
  terminal.streams.stdout.destroy(new Error('write EIO'));
  expect(await session).toBe(129);
  expect(kernel.calls).toEqual(['detach']);
});

test('a kernel that does not start ends the session with its reason', async () => {
  const { streams } = madeUp();
  const session = runTerminal({
    ...streams,
    attached: false,
    starting: Promise.reject(new Error('no kernel')),
    theme: themeOf(false),
    beforeMount: () => undefined,
  });
  await expect(session).rejects.toThrow('no kernel');
});
