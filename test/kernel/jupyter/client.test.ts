/** The whole way: our client, the sockets, the kernel process, the session process. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type KernelClient } from '../../../kernel/jupyter/client.ts';
import { makeConnection, readConnection } from '../../../kernel/jupyter/connection.ts';
import { startKernel, type StartedKernel } from '../../../kernel/jupyter/start.ts';
import type { Message } from '../../../kernel/jupyter/wire.ts';
import { temporaryFolder } from '../../lib/temporary.ts';

const folder = temporaryFolder();
let kernel: StartedKernel;
let client: KernelClient;
beforeAll(async () => {
  kernel = await startKernel({ cwd: folder });
  ({ client } = kernel);
});
afterAll(() => kernel.close());

/** What a cell showed, less status and input. */
async function run(code: string): Promise<{ reply: Message; shown: [string, unknown][] }> {
  const shown: [string, unknown][] = [];
  const reply = await client.execute(code, {
    onMessage({ header, content }) {
      const { text, data, ename } = content;
      if (!['status', 'execute_input'].includes(header.msg_type))
        shown.push([header.msg_type, text ?? data ?? ename]);
    },
  });
  return { reply, shown };
}

/** The first message that fits, of those to come. */
function next(fits: (message: Message) => boolean): Promise<Message> {
  return new Promise((resolve) => {
    const stop = client.onMessage((message) => {
      if (!fits(message)) return;
      stop();
      resolve(message);
    });
  });
}

test('a cell shows its output before its result', async () => {
  const { reply, shown } = await run(`console.log('out'); const n: number = 6; n * 7`);
  expect(shown).toEqual([
    ['stream', 'out\n'],
    ['execute_result', { 'text/plain': '42' }],
  ]);
  expect(reply.content).toMatchObject({ status: 'ok', execution_count: 1 });
});

test('all of a hundred thousand lines come', async () => {
  const { shown } = await run(`for (let i = 0; i < 100_000; i++) console.log('line ' + i)`);
  const text = shown.map(([, text]) => text).join('');
  expect(text === Array.from({ length: 100_000 }, (_, i) => `line ${i}\n`).join('')).toBe(true);
});

test('an endless loop is interrupted, heartbeat and control answer meanwhile, variables stay', async () => {
  await run('let kept = 41');
  const began = next(({ header }) => header.msg_type === 'stream');
  const looping = run(`console.log('began'); while (true) {}`);
  await began;
  expect(await client.alive(5000)).toBe(true);
  await client.interrupt();
  expect((await looping).reply.content).toMatchObject({ status: 'error', ename: 'Interrupted' });
  expect((await run('kept + 1')).shown).toEqual([['execute_result', { 'text/plain': '42' }]]);
});

test('while a cell awaits, names are completed and inspected', async () => {
  await run('const chosenReward = 0.5');
  const began = next(({ header }) => header.msg_type === 'stream');
  const waiting = run(`console.log('began'); await new Promise(() => {})`);
  await began;
  expect(await client.complete('chosenR', 7)).toMatchObject({ matches: ['chosenReward'] });
  expect(await client.inspect('chosenReward', 3)).toMatchObject({ found: true });
  await client.interrupt();
  expect((await waiting).reply.content).toMatchObject({ status: 'error' });
});

test('a cell asks and is answered', async () => {
  const asked: [string, boolean][] = [];
  const reply = await client.execute(`(await input('token? ', { password: true })).length`, {
    onInput(prompt, password) {
      asked.push([prompt, password]);
      return Promise.resolve('secret');
    },
  });
  expect(reply.content.status).toBe('ok');
  expect(asked).toEqual([['token? ', true]]);
});

test('late output carries the request of its own cell', async () => {
  const late = next(({ content }) => content['text'] === 'late\n');
  const { reply } = await run(
    `globalThis.fire = Promise.withResolvers(); fire.promise.then(() => console.log('late')); 0`,
  );
  await run('fire.resolve(); 0');
  expect((await late).parent_header.msg_id).toBe(reply.parent_header.msg_id);
});

test.each([
  ['process.exit(3)', 'process.exit(3)'],
  [`process.kill(process.pid, 'SIGKILL'); while (true) {}`, 'killed by SIGKILL'],
  [`process.kill(process.pid, 'SIGSEGV'); while (true) {}`, 'crashed with SIGSEGV'],
])('%s ends the session, not the kernel', async (code, reason) => {
  const { reply, shown } = await run(code);
  expect(reply.content).toMatchObject({ status: 'error', ename: 'SessionEnded' });
  expect(reply.content['evalue']).toContain(reason);
  expect(shown).toEqual([['error', 'SessionEnded']]);
  expect((await run('1 + 1')).shown).toEqual([['execute_result', { 'text/plain': '2' }]]);
});

test('a second client hears the first', async () => {
  const other = await connect(kernel.connectionFile);
  const heard = new Promise((resolve) => {
    other.onMessage(({ content }) => content['text'] === 'to all\n' && resolve(undefined));
  });
  await run(`console.log('to all')`);
  await heard;
  other.close();
});

test('a kernel that is not there, or has another key, is a sentence', async () => {
  const file = join(folder, 'kernel.json');
  const { connection } = await makeConnection();
  writeFileSync(file, JSON.stringify(connection));
  await expect(connect(file, { patienceMs: 300 })).rejects.toThrow(/no kernel answers where/);
  writeFileSync(file, JSON.stringify({ ...readConnection(kernel.connectionFile), key: 'other' }));
  await expect(connect(file, { patienceMs: 1000 })).rejects.toThrow(/does not answer/);
});

test('what waits is told when the kernel process ends', async () => {
  const other = await startKernel({ cwd: folder });
  const { client: own, ended } = other;
  const asked = own.execute('await new Promise(() => {})');
  const told = expect(asked).rejects.toThrow('the kernel has ended');
  await own.shutdown();
  await ended;
  await told;
  await other.close();
});
