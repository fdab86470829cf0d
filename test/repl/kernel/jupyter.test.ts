/** A Jupyter client in the terminal's words: whose output is whose, offsets, failures, the end. */
import { beforeEach, expect, test } from 'vitest';
import type { ExecuteOptions, ExecuteReply, KernelClient } from '../../../kernel/jupyter/client.ts';
import { compose, type Message } from '../../../kernel/jupyter/wire.ts';
import { kernelOf } from '../../../repl/kernel/jupyter.ts';
import type { Kernel } from '../../../repl/kernel/kernel.ts';
import type { Output } from '../../../repl/state/output.ts';
import type { Origin } from '../../../repl/state/state.ts';

/** Answers what the test says; `publish` is the kernel speaking. */
class FakeClient implements Partial<KernelClient> {
  readonly session = 'mine';
  asked: {
    code: string;
    options: ExecuteOptions;
    reply: (content: Partial<ExecuteReply>) => void;
  }[] = [];
  complete = (): Promise<Record<string, unknown>> =>
    Promise.resolve({ matches: ['fool', 3], cursor_start: 1, cursor_end: 3 });
  cursor = -1;
  #listener: (message: Message) => void = () => undefined;

  onMessage(listener: (message: Message) => void): () => void {
    this.#listener = listener;
    return () => undefined;
  }
  execute(code: string, options: ExecuteOptions = {}): Promise<Message<ExecuteReply>> {
    return new Promise((resolve) => {
      const reply = (content: Partial<ExecuteReply>): void =>
        resolve(
          compose('execute_reply', { status: 'ok', execution_count: 1, ...content }, 'kernel'),
        );
      this.asked.push({ code, options, reply });
    });
  }
  isComplete(): Promise<{ status: string }> {
    return Promise.resolve({ status: 'complete' });
  }
  publish(type: string, content: Record<string, unknown>, id: string, session = 'mine'): void {
    const parent = { msg_id: id, session, msg_type: 'execute_request' };
    this.#listener(compose(type, content, 'kernel', parent));
  }
}

let client: FakeClient;
let kernel: Kernel;
let ended: PromiseWithResolvers<undefined>;
let outside: [Origin, Output][];
let heard: Output[];
const listener = {
  output: (output: Output): void => void heard.push(output),
  ask: ({ prompt }: { prompt: string }): Promise<string> => Promise.resolve(`answer to ${prompt}`),
};
const line = (text: string): Record<string, unknown> => ({ name: 'stdout', text });
const printed = (text: string): Output => ({ type: 'stream', name: 'stdout', text });

beforeEach(() => {
  client = new FakeClient();
  ended = Promise.withResolvers();
  outside = [];
  heard = [];
  kernel = kernelOf(client as unknown as KernelClient, {
    count: Promise.resolve(0),
    ended: ended.promise.then(() => undefined),
    close: () => Promise.resolve(),
    leave: () => undefined,
  });
  kernel.onOutside((origin, output) => outside.push([origin, output]));
});

test('a cell hears its own output, and what comes after its end is late', async () => {
  const running = kernel.run('a', listener);
  client.publish('execute_input', { code: 'a', execution_count: 4 }, 'm1');
  client.publish('stream', line('x'), 'm1');
  client.publish('status', { execution_state: 'idle' }, 'm1');
  client.asked[0]!.reply({});
  expect(await running).toBe('ok');
  client.publish('stream', line('y'), 'm1');
  expect(heard).toEqual([{ type: 'started', code: 'a', count: 4 }, printed('x')]);
  expect(outside).toEqual([[{ from: 'late', count: 4 }, printed('y')]]);
});

test('another client’s output is its own, also while a cell of ours runs', () => {
  void kernel.run('a', listener);
  client.publish('execute_input', { code: 'b', execution_count: 7 }, 'm9', 'theirs');
  client.publish('stream', line('z'), 'm9', 'theirs');
  client.publish('stream', line('x'), 'm1');
  expect(heard).toEqual([printed('x')]);
  expect(outside).toEqual([
    [
      { from: 'other', count: 7 },
      { type: 'started', code: 'b', count: 7 },
    ],
    [{ from: 'other', count: 7 }, printed('z')],
  ]);
});

test('an earlier cell’s output is not taken for the running one’s', async () => {
  const first = kernel.run('a', listener);
  client.publish('execute_input', { code: 'a', execution_count: 1 }, 'm1');
  client.asked[0]!.reply({});
  await first;
  heard = [];
  void kernel.run('b', listener);
  client.publish('stream', line('late'), 'm1');
  client.publish('stream', line('own'), 'm2');
  expect(heard).toEqual([printed('own')]);
  expect(outside).toEqual([[{ from: 'late', count: 1 }, printed('late')]]);
});

test('a failure that no message told is told from the reply, once', async () => {
  const silent = kernel.run('a', listener);
  client.asked[0]!.reply({ status: 'aborted' });
  expect(await silent).toBe('error');
  const told = kernel.run('b', listener);
  client.publish('error', { ename: 'E', evalue: 'v', traceback: [] }, 'm2');
  client.asked[1]!.reply({ status: 'error', ename: 'E', evalue: 'v' });
  expect(await told).toBe('error');
  expect(heard).toEqual([
    { type: 'error', name: 'Aborted', message: 'an earlier cell failed', traceback: [] },
    { type: 'error', name: 'E', message: 'v', traceback: [] },
  ]);
});

test('what a question is answered with is shown', async () => {
  const asked = kernel.run('half?', listener);
  const data = { 'text/plain': 'half: function' };
  client.asked[0]!.reply({ payload: [{ source: 'page', data, start: 0 }] });
  expect(await asked).toBe('ok');
  expect(heard).toEqual([{ type: 'display', data }]);
});

test('a kernel that ends takes the running cell with it, and says so', async () => {
  const news: string[] = [];
  kernel.onNews(({ text }) => news.push(text));
  const running = kernel.run('a', listener);
  ended.resolve(undefined);
  expect(await running).toBe('error');
  expect(news).toEqual(['the kernel has ended']);
});

test('nothing is said of an end that we asked for', async () => {
  const news: string[] = [];
  kernel.onNews(({ text }) => news.push(text));
  await kernel.close();
  ended.resolve(undefined);
  await kernel.isComplete('');
  expect(news).toEqual([]);
});

test('questions are answered, completions counted in code units', async () => {
  void kernel.run('a', listener);
  expect(await client.asked[0]!.options.onInput?.('name? ', false)).toBe('answer to name? ');
  expect(await kernel.complete('😀fo', 4)).toEqual({ matches: ['fool'], start: 2, end: 4 });
  expect(await kernel.isComplete('a')).toEqual({ status: 'complete', indent: '' });
});
