/** What a golden exchange cannot say: lateness, death, shutdown, and bytes both ways. */
import { expect, test } from 'vitest';
import { createKernel } from '../../../kernel/jupyter/kernel.ts';
import { compose } from '../../../kernel/jupyter/wire.ts';
import { identity, isIdle, openKernel } from './fake-client.ts';
import { fakeLanguage } from './fake-language.ts';
import { fakeSession } from './fake-session.ts';

const reply = (seen: { type: string }[]): boolean =>
  seen.some(({ type }) => type === 'execute_reply');

test('kernel_info says what front ends colour and convert by', async () => {
  const client = openKernel({});
  client.ask('control', 'kernel_info_request', {});
  await client.until((seen) => seen.some(isIdle));
  const info = client.seen.find(({ type }) => type === 'kernel_info_reply');
  expect(info).toMatchObject({
    channel: 'control',
    content: {
      status: 'ok',
      protocol_version: '5.5',
      implementation: 'rewardlab',
      language_info: {
        name: 'typescript',
        version: process.versions.node,
        mimetype: 'text/typescript',
        file_extension: '.ts',
        codemirror_mode: 'typescript',
        pygments_lexer: 'typescript',
      },
    },
  });
});

test('a cell is on its way before its clients are told of it', () => {
  const session = fakeSession({}, () => undefined);
  const heard: [string, number][] = [];
  const outlet = {
    send: () => Promise.resolve(),
    publish: ({ header }: { header: { msg_type: string } }) => {
      heard.push([header.msg_type, session.told.length]);
      return Promise.resolve();
    },
  };
  const kernel = createKernel({
    id: 'kernel',
    session,
    language: fakeLanguage({}, []),
    outlet,
    onShutdown: () => undefined,
  });
  kernel.receive('shell', {
    identities: [identity],
    message: compose('execute_request', { code: '1' }, 'client'),
  });
  return Promise.resolve().then(() =>
    expect(heard).toEqual([
      ['status', 0],
      ['status', 1],
      ['execute_input', 1],
    ]),
  );
});

test('late output answers the request of its own cell', async () => {
  const client = openKernel({});
  client.ask('shell', 'execute_request', { code: 'first' });
  client.ask('shell', 'execute_request', { code: 'second' });
  await client.until((seen) => seen.filter(isIdle).length === 2);
  client.kernel.onEvent({ type: 'stream', cell: 1, name: 'stdout', text: 'late' });
  expect(client.seen.at(-1)).toMatchObject({ type: 'stream', of: 1, content: { text: 'late' } });
});

test('after a question that was answered meanwhile, the kernel says that it is still busy', async () => {
  const client = openKernel({ cells: { long: [{ type: 'wait', for: 'interrupt' }] } });
  client.ask('shell', 'execute_request', { code: 'long' });
  client.ask('shell', 'history_request', {});
  await client.until((seen) => seen.some(isIdle));
  const states = client.seen.filter(({ type }) => type === 'status').slice(-2);
  expect(states).toMatchObject([
    { of: 2, content: { execution_state: 'idle' } },
    { of: 1, content: { execution_state: 'busy' } },
  ]);
});

test('an interrupt that is not answered says what to do, in the cell', async () => {
  const script = { deaf: true, cells: { long: [{ type: 'wait', for: 'interrupt' } as const] } };
  const client = openKernel(script, { patienceMs: 1 });
  client.ask('shell', 'execute_request', { code: 'long' });
  client.ask('control', 'interrupt_request', {});
  await client.until((seen) => seen.some(({ type }) => type === 'stream'));
  expect(client.seen.find(({ type }) => type === 'stream')).toMatchObject({
    of: 1,
    content: { name: 'stderr', text: expect.stringContaining('restarting the kernel') as string },
  });
});

test('a death between cells is told on the last cell, one within a cell by its error', async () => {
  const client = openKernel({
    cells: {
      dies: [
        { type: 'wait', for: 'interrupt' },
        { type: 'error', name: 'SessionEnded', message: 'gone', stack: [] },
        { type: 'done', status: 'error' },
      ],
    },
  });
  client.ask('shell', 'execute_request', { code: 'fine' });
  await client.until(reply);
  client.kernel.onDeath('the session was killed by SIGKILL');
  const text = `the session was killed by SIGKILL; its variables are lost, and the next cell starts in a fresh session\n`;
  expect(client.seen.at(-1)).toMatchObject({ type: 'stream', of: 1, content: { text } });

  client.ask('shell', 'execute_request', { code: 'dies' });
  await client.until((seen) => seen.at(-1)?.type === 'execute_input');
  const before = client.seen.length;
  client.kernel.onDeath('the session was killed by SIGKILL');
  expect(client.seen).toHaveLength(before);
});

test('comms of a dead session are closed', async () => {
  const client = openKernel({
    cells: { open: [{ type: 'comm', act: 'open', id: 'c', target: 't', data: {} }] },
  });
  client.ask('shell', 'execute_request', { code: 'open' });
  await client.until(reply);
  client.kernel.onDeath('the session ended');
  client.ask('shell', 'comm_info_request', {});
  await client.until((seen) => seen.some(({ type }) => type === 'comm_info_reply'));
  const info = client.seen.find(({ type }) => type === 'comm_info_reply');
  expect(info?.content['comms']).toEqual({});
});

test('bytes of a comm go out as buffers', async () => {
  const buffers = [Uint8Array.of(1, 2, 3)];
  const client = openKernel({
    cells: { send: [{ type: 'comm', act: 'message', id: 'c', data: {}, buffers }] },
  });
  client.ask('shell', 'execute_request', { code: 'send' });
  await client.until(reply);
  expect(client.seen.find(({ type }) => type === 'comm_msg')?.buffers).toEqual(buffers);
});

test.each([true, false])(
  'a shutdown is answered before it happens (restart: %s)',
  async (restart) => {
    const client = openKernel({});
    client.ask('control', 'shutdown_request', { restart });
    await client.until((seen) => seen.some(isIdle));
    const answer = client.seen.find(({ type }) => type === 'shutdown_reply');
    expect(answer).toMatchObject({ channel: 'control', content: { status: 'ok', restart } });
    expect(client.shutdowns).toEqual([restart]);
  },
);

test('an unknown request is left alone', async () => {
  const client = openKernel({});
  client.ask('shell', 'constructor', {});
  client.ask('shell', 'history_request', {});
  await client.until((seen) => seen.some(isIdle));
  expect(client.seen.filter(({ of }) => of === 1)).toEqual([]);
});
